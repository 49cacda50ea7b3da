package org.vhostdp.driver.afxdp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vhostdp.netdevice.Claims;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.TxQueue;

/**
 * An open interface. The XDP program is attached and the first socket bound from open on, so that
 * what can be had is known; the program gives frames to the sockets from start to stop only.
 *
 * <p>Control threads, one call at a time; {@link #statistics} may come beside others.
 */
final class AfxdpPort implements Port {
  /** Id of the only own region: the frames of all queues. */
  static final int OWN_REGION = 0;

  /** Bytes of a frame beside the MTU: an Ethernet header and two VLAN tags. */
  static final int HEADERS = 14 + 8;

  private final AfxdpParts parts;
  private final AfxdpInterface device;
  private final Capabilities capabilities;
  private final AfxdpEvents events;
  private final List<AfxdpTraffic> traffic = new ArrayList<>();
  private final Object lock = new Object();
  private XskSockets sockets;
  private List<AfxdpQueuePair> pairs;
  private PortSettings settings = PortSettings.defaults();
  private boolean used;
  private boolean configured;
  private boolean started;
  private boolean closed;

  private AfxdpPort(AfxdpParts parts, XskSockets sockets) throws DriverException {
    this.parts = parts;
    this.sockets = sockets;
    device = parts.device();
    capabilities = AfxdpAbilities.of(parts, sockets);
    events = new AfxdpEvents(device, this::limit);
    pairs = pairs(1);
  }

  /**
   * Opens a port.
   *
   * @param claim the port's, unless this throws
   * @throws DriverException if something is not to be had; nothing is left
   */
  static AfxdpPort open(AfxdpOptions options, Claims.Claim claim, Host host)
      throws DriverException {
    AfxdpParts parts = AfxdpParts.open(options, claim, host);
    XskSockets sockets = null;
    try {
      int first = Math.max(1, options.fds().size());
      sockets = XskSockets.open(parts.device(), options, first, parts.program().skb());
      AfxdpPort port = new AfxdpPort(parts, sockets);
      host.log(
          System.Logger.Level.INFO,
          "AF_XDP on "
              + parts.device().name()
              + ": "
              + parts.program().describe()
              + "; "
              + sockets.describe()
              + ".");
      return port;
    } catch (DriverException | RuntimeException e) {
      if (sockets != null) {
        sockets.close();
      }
      parts.release();
      throw e;
    }
  }

  private List<AfxdpQueuePair> pairs(int count) {
    AfxdpQueueTx.Capacity capacity =
        new AfxdpQueueTx.Capacity(
            capabilities.maxFrame(),
            capabilities.maxSegments(),
            capabilities.txOffloads(),
            capabilities.txLent());
    List<AfxdpQueuePair> made = new ArrayList<>();
    synchronized (lock) {
      for (int i = 0; i < count; i++) {
        if (i == traffic.size()) {
          traffic.add(new AfxdpTraffic());
        }
        made.add(AfxdpQueuePair.of(traffic.get(i), capacity));
      }
    }
    return made;
  }

  @Override
  public Capabilities capabilities() {
    return capabilities;
  }

  @Override
  public void configure(PortSettings next) throws DriverException {
    ensureOpen();
    next.check(capabilities);
    if (started) {
      settings.checkLive(next, capabilities);
    }
    checkPassed(next);
    int mtu = device.link().mtu();
    if (next.mtu() != 0 && next.mtu() != mtu) {
      events.expectMtu(next.mtu());
      try {
        device.mtu(next.mtu());
      } catch (DriverException e) {
        events.expectMtu(mtu);
        throw e;
      }
      mtu = next.mtu();
    }
    if (next.queuePairs() != pairs.size()) {
      if (used) {
        closeSockets();
        used = false;
      }
      pairs = pairs(next.queuePairs());
    }
    settings = next;
    configured = true;
    limit(mtu);
    pairs.forEach(pair -> pair.gate().offloads(next.rxOffloads()));
  }

  /** A socket that was passed in cannot be opened anew, and its queue's state is in its rings. */
  private void checkPassed(PortSettings next) throws DriverException {
    if (used && next.queuePairs() != pairs.size() && !parts.options().fds().isEmpty()) {
      throw new DriverException(
          Reason.UNSUPPORTED,
          "The port on %s has sockets that were passed in, which were started with %d queue pairs."
              .formatted(device.name(), pairs.size()),
          "Close the port and open it with new descriptors.");
    }
  }

  /** Frames longer than the MTU are what a local sender wanted cut by its device. */
  private void limit(int mtu) {
    pairs.forEach(pair -> pair.gate().mtu(mtu));
  }

  @Override
  public void start() throws DriverException {
    ensureOpen();
    if (!configured) {
      throw new IllegalStateException(
          "The port on " + device.name() + " was not configured; configure it before it starts.");
    }
    if (started) {
      return;
    }
    if (!device.isAlive() || pairs.getFirst().gate().gone()) {
      throw new DriverException(
          Reason.DEVICE,
          "The interface " + device.name() + " was deleted.",
          "Close the port and open it again.");
    }
    if (sockets == null || sockets.size() < pairs.size()) {
      closeSockets();
      XskSockets opened =
          XskSockets.open(device, parts.options(), pairs.size(), parts.program().skb());
      synchronized (lock) {
        sockets = opened;
      }
    }
    parts.warnOfOtherQueues(pairs.size());
    limit(device.link().mtu());
    attach();
  }

  private void attach() throws DriverException {
    XskMemory memory = sockets.memory();
    boolean polls = parts.options().busyPoll() > 0;
    used = true;
    try {
      for (int i = 0; i < pairs.size(); i++) {
        AfxdpQueuePair pair = pairs.get(i);
        XskSocket socket = sockets.get(i);
        pair.rx().attach(socket, memory, memory.rxBase(i), polls, parts.completesChecksums());
        pair.tx().attach(socket, memory, memory.txBase(i), sockets.isZeroCopy());
        parts.program().register(queue(i), socket.fd().raw());
        pair.gate().set(true, true);
      }
      started = true;
    } catch (DriverException e) {
      silence();
      throw e;
    }
  }

  private int queue(int pair) {
    return parts.options().firstQueue() + pair;
  }

  @Override
  public void stop() {
    if (started) {
      started = false;
      silence();
    }
  }

  private void silence() {
    boolean pending = false;
    for (int i = 0; i < pairs.size(); i++) {
      pairs.get(i).gate().set(false, false);
      parts.program().unregister(queue(i));
      pending |= pairs.get(i).tx().isPending();
    }
    // What is left in a ring would be sent after the next start.
    if (pending && parts.options().fds().isEmpty()) {
      closeSockets();
    }
  }

  private void closeSockets() {
    synchronized (lock) {
      if (sockets != null) {
        for (int i = 0; i < Math.min(sockets.size(), traffic.size()); i++) {
          traffic.get(i).settle(sockets.get(i));
        }
        pairs.forEach(AfxdpQueuePair::detach);
        sockets.close();
        sockets = null;
      }
    }
  }

  @Override
  public List<Region> regions() {
    return sockets == null ? List.of() : List.of(new Region(sockets.memory().segment()));
  }

  @Override
  public RxQueue rx(int queue) {
    return pairs.get(queue).rx();
  }

  @Override
  public TxQueue tx(int queue) {
    return pairs.get(queue).tx();
  }

  @Override
  public PortEvents events() {
    return events;
  }

  @Override
  public void statistics(Statistics out) {
    synchronized (lock) {
      for (int i = 0; i < traffic.size(); i++) {
        boolean bound = sockets != null && i < sockets.size();
        traffic.get(i).addTo(out, bound ? sockets.get(i) : null);
      }
    }
  }

  @Override
  public <F> Optional<F> facet(Class<F> type) {
    return Optional.empty();
  }

  private void ensureOpen() {
    if (closed) {
      throw new IllegalStateException("The port on " + device.name() + " is closed.");
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    stop();
    closed = true;
    closeSockets();
    parts.close();
  }
}
