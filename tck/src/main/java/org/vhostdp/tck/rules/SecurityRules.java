package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.vhostdp.linux.Capability;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.BareThread;
import org.vhostdp.tck.rule.Broken;
import org.vhostdp.tck.rule.Deadline;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Need;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleTest;
import org.vhostdp.tck.rule.Trial;

/** What a driver may not do, and what may not be done to it. */
final class SecurityRules {
  private SecurityRules() {}

  static List<Rule> rules() {
    return List.of(
        rule(
            "SEC-1",
            "no processes",
            "Driver",
            "A driver starts no process.",
            SecurityRules::startsNoProcess),
        rule(
            "SEC-2",
            "no ports of its own",
            "Driver",
            "A driver binds no TCP or UDP port that its configuration does not name.",
            SecurityRules::bindsNoPort),
        rule(
            "SEC-3",
            "fuzzed frames survive",
            "Port",
            "Whatever bytes a frame holds, no burst method throws, and the frames after it pass.",
            Fuzz::framesOfAnyBytesPass),
        rule(
            "SEC-4",
            "fuzzed entries are refused",
            "TxQueue",
            "Numbers of an entry that make no sense are refused with a status, whatever they are:"
                + " transmit does not throw, and the frames after it pass.",
            Fuzz::nonsenseIsRefused),
        rule(
            "SEC-5",
            "least privilege is enough",
            "Driver",
            "Burst methods need no privilege; open, start and close need no more than the driver's"
                + " documentation names.",
            SecurityRules::leastPrivilegeIsEnough));
  }

  private static Rule rule(String id, String title, String type, String sentence, RuleTest test) {
    return new Rule(id, title, type, sentence, Group.SECURITY, Need.NOTHING, test);
  }

  private static void startsNoProcess(Trial trial) throws Exception {
    Wire wire = trial.wire(Harness.Request.plain());
    Set<Long> before = children();
    OpenPort port = OpenPort.on(trial, wire, PortSettings.defaults());
    Traffic.exchange(trial, port, Numbers.PROCESSES, "before processes were counted");
    Marked.pass(trial, port, Numbers.PROCESSES, Numbers.PROCESS_LENGTH);
    Set<Long> open = children();
    port.port().close();
    open.addAll(children());
    open.removeAll(before);
    require(open.isEmpty(), "an open port has started processes: %s", describe(open));
  }

  private static Set<Long> children() {
    return ProcessHandle.current()
        .descendants()
        .map(ProcessHandle::pid)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<String> describe(Collection<Long> pids) {
    return pids.stream()
        .map(
            pid ->
                pid
                    + ProcessHandle.of(pid)
                        .flatMap(process -> process.info().command())
                        .map(command -> " (" + command + ")")
                        .orElse(""))
        .toList();
  }

  private static void bindsNoPort(Trial trial) throws Exception {
    Wire wire = trial.wire(Harness.Request.plain());
    List<String> before = Holdings.ipPorts();
    OpenPort port = OpenPort.on(trial, wire, PortSettings.defaults());
    Traffic.exchange(trial, port, Numbers.SOCKETS, "before sockets were counted");
    Marked.pass(trial, port, Numbers.SOCKETS, Numbers.SOCKET_LENGTH);
    List<String> bound = Holdings.ipPorts();
    before.forEach(bound::remove);
    Collection<String> named = wire.config().values();
    bound.removeIf(
        socket ->
            named.stream()
                .anyMatch(value -> value.contains(socket.substring(socket.indexOf(' ') + 1))));
    require(bound.isEmpty(), "an open port has IP sockets that nobody asked for: %s", bound);
  }

  private static void leastPrivilegeIsEnough(Trial trial) throws Exception {
    Wire wire = trial.wire(Harness.Request.plain());
    Set<Integer> privileges = trial.harness().privileges();
    String named =
        privileges.isEmpty()
            ? "no privilege"
            : privileges.stream().map(Capability::name).sorted().collect(Collectors.joining(" "));
    trial.observe("open and start with " + named);
    Port port =
        with(
            privileges,
            "open",
            () -> trial.driver().open(trial.config(wire.config()), trial.host()));
    trial.keep(port);
    with(
        privileges,
        "start",
        () -> {
          port.configure(PortSettings.defaults());
          port.start();
          return port;
        });
    wire.started();
    byte[] frame = Traffic.frame(Numbers.UNPRIVILEGED);
    require(wire.send(WireFrame.plain(frame)), "the peer had no room for the first frame");
    BareThread.without(() -> bursts(trial, port));
    with(
        privileges,
        "close",
        () -> {
          port.close();
          return port;
        });
  }

  private static Port with(Set<Integer> privileges, String what, Callable<Port> call)
      throws Exception {
    try {
      return BareThread.keeping(privileges, call);
    } catch (DriverException e) {
      throw new Broken(
          "%s needs more privileges than are documented: %s".formatted(what, e.getMessage()));
    }
  }

  /** A frame each way, on a thread that has no privilege. */
  private static boolean bursts(Trial trial, Port port) throws Exception {
    Burst burst = new Burst(OpenPort.BURST);
    Deadline end = trial.deadline();
    int claimed = port.tx(0).claim(burst, 1);
    require(claimed == 1, "claim without privileges lent nothing");
    byte[] frame = Traffic.frame(Numbers.UNPRIVILEGED);
    port.regions()
        .get(burst.region[0])
        .segment()
        .asSlice(burst.offset[0], frame.length)
        .copyFrom(MemorySegment.ofArray(frame));
    burst.length[0] = frame.length;
    burst.flags[0] = 0;
    int sent = port.tx(0).transmit(burst, 0, 1);
    port.tx(0).unclaim(burst, sent, 1 - sent);
    require(sent == 1, "transmit without privileges took nothing, status %d", burst.status[0]);
    int received = 0;
    while (received == 0) {
      require(!end.passed(), "receive without privileges gave nothing");
      received = port.rx(0).receive(burst, burst.capacity());
      port.rx(0).release(burst, 0, received);
      Thread.sleep(0, 50_000);
    }
    return true;
  }
}
