package org.vhostdp.driver.afxdp.program;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import org.vhostdp.driver.afxdp.generated.XdpKernel;
import org.vhostdp.driver.afxdp.generated.ethtool_rx_flow_spec;
import org.vhostdp.driver.afxdp.generated.ethtool_rxnfc;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.UnixSocket;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * Rules in an interface's hardware that choose the queue of a flow (linux/ethtool.h,
 * ETHTOOL_SRXCLSRLINS). They outlive processes; those of this object go when it is closed. Control
 * threads, one at a time.
 */
public final class EthtoolFlows implements AutoCloseable {
  /** {@code struct ifreq} of linux/if.h on a 64-bit machine: a name of 16 bytes and a union. */
  private static final long IFREQ = 40;

  private static final long IFREQ_DATA = 16;

  /** Longest interface name, bytes: IFNAMSIZ less the terminating zero. */
  private static final int LONGEST_NAME = 15;

  /** One request of SIOCETHTOOL; zero or more, or -errno. */
  @FunctionalInterface
  interface Requests {
    int request(MemorySegment rxnfc);
  }

  private final String ifname;
  private final Requests requests;
  private final Runnable closing;
  private final Deque<Integer> added = new ArrayDeque<>();
  private String remainder = "";

  EthtoolFlows(String ifname, Requests requests, Runnable closing) {
    this.ifname = ifname;
    this.requests = requests;
    this.closing = closing;
  }

  /**
   * Opens an interface of the calling thread's network namespace and adds rules.
   *
   * @param rules separated by commas, each as {@code ethtool -N} writes it: {@code udp4 dst-ip
   *     192.0.2.1 dst-port 4789 queue 3}
   * @throws DriverException CONFIGURATION if a rule is none; UNSUPPORTED if the interface has no
   *     rules or not this kind; PERMISSION without CAP_NET_ADMIN. No rule stays then.
   */
  public static EthtoolFlows open(String ifname, String rules) throws DriverException {
    EthtoolFlows flows = on(ifname);
    try {
      for (String rule : rules.split(",")) {
        flows.add(FlowRule.of(rule));
      }
      return flows;
    } catch (DriverException e) {
      flows.close();
      throw e;
    }
  }

  private static EthtoolFlows on(String ifname) throws DriverException {
    if (ifname.isEmpty() || ifname.length() > LONGEST_NAME) {
      throw ProgramErrors.of("SIOCETHTOOL", ifname, Errno.ENODEV);
    }
    try {
      // Any socket belongs to a network namespace, and takes requests about its interfaces.
      UnixSocket[] pair = UnixSocket.pair();
      pair[1].close();
      int fd = pair[0].fd().raw();
      return new EthtoolFlows(ifname, rxnfc -> request(fd, ifname, rxnfc), pair[0]::close);
    } catch (LinuxException e) {
      throw ProgramErrors.of(e);
    }
  }

  private static int request(int socket, String ifname, MemorySegment rxnfc) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = arena.allocate(IFREQ, Long.BYTES);
      request.setString(0, ifname);
      request.set(ValueLayout.ADDRESS, IFREQ_DATA, rxnfc);
      return Io.ioctl(new CallState(arena), socket, XdpKernel.SIOCETHTOOL(), request);
    }
  }

  /** Adds a rule, at the place that the interface chooses or the last free one. */
  void add(FlowRule rule) throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = rule.request(arena, place(arena, rule));
      check("ETHTOOL_SRXCLSRLINS", rule, requests.request(request));
      added.push(ethtool_rx_flow_spec.location(ethtool_rxnfc.fs(request)));
    }
  }

  private int place(Arena arena, FlowRule rule) throws DriverException {
    MemorySegment count = ethtool_rxnfc.allocate(arena);
    ethtool_rxnfc.cmd(count, XdpKernel.ETHTOOL_GRXCLSRLCNT());
    check("ETHTOOL_GRXCLSRLCNT", rule, requests.request(count));
    if ((ethtool_rxnfc.data(count) & Integer.toUnsignedLong(XdpKernel.RX_CLS_LOC_SPECIAL())) != 0) {
      return XdpKernel.RX_CLS_LOC_ANY();
    }
    int rules = ethtool_rxnfc.rule_cnt(count);
    long places = ethtool_rxnfc.sizeof();
    MemorySegment all = arena.allocate(places + (long) rules * Integer.BYTES, Long.BYTES);
    ethtool_rxnfc.cmd(all, XdpKernel.ETHTOOL_GRXCLSRLALL());
    ethtool_rxnfc.rule_cnt(all, rules);
    check("ETHTOOL_GRXCLSRLALL", rule, requests.request(all));
    BitSet used = new BitSet();
    for (int i = 0; i < rules; i++) {
      used.set(
          all.get(
              ValueLayout.JAVA_INT, ethtool_rxnfc.rule_locs$offset() + (long) i * Integer.BYTES));
    }
    int free = used.previousClearBit((int) ethtool_rxnfc.data(all) - 1);
    if (free < 0) {
      throw new DriverException(
          Reason.RESOURCES,
          "The table of flow rules of " + ifname + " is full with " + rules + ".",
          "Remove rules with ethtool -N " + ifname + " delete PLACE.");
    }
    return free;
  }

  private void check(String call, FlowRule rule, int result) throws DriverException {
    if (result >= 0) {
      return;
    }
    throw ProgramErrors.of(call + " \"" + rule + "\"", ifname, -result, advice(-result));
  }

  private String advice(int errno) {
    return switch (errno) {
      case Errno.EOPNOTSUPP ->
          "This interface has no flow rules, or they are switched off (ethtool -K "
              + ifname
              + " ntuple on): leave out the rules, and steer by the interface's own hash or by the"
              + " sender.";
      case Errno.EINVAL ->
          "The interface has no rule with these fields, or no such queue: see its documentation"
              + " and ethtool -l "
              + ifname
              + ".";
      case Errno.EPERM -> "Flow rules take CAP_NET_ADMIN.";
      case Errno.ENODEV -> "The interface is not there.";
      default -> Errno.advice(errno);
    };
  }

  /** Removes the rules that were added. Again does nothing. */
  @Override
  public void close() {
    while (!added.isEmpty()) {
      int location = added.pop();
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment request = ethtool_rxnfc.allocate(arena);
        ethtool_rxnfc.cmd(request, XdpKernel.ETHTOOL_SRXCLSRLDEL());
        ethtool_rx_flow_spec.location(ethtool_rxnfc.fs(request), location);
        int result = requests.request(request);
        // With the interface its rules are gone, and what somebody removed needs no removing.
        if (result < 0 && result != -Errno.ENODEV && result != -Errno.ENOENT) {
          remainder =
              new LinuxException("ETHTOOL_SRXCLSRLDEL " + location, ifname, -result).getMessage();
        }
      }
    }
    closing.run();
  }

  /** What {@link #close} could not remove and why, as a sentence; empty if nothing is left. */
  public String remainder() {
    return remainder;
  }
}
