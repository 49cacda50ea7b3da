package org.vhostdp.cli.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.vhostdp.guest.machine.GuestMachine;
import org.vhostdp.guest.machine.GuestNet;
import org.vhostdp.guest.machine.GuestNic;
import org.vhostdp.guest.machine.GuestSpec;
import org.vhostdp.guest.machine.QemuGuest;
import org.vhostdp.guest.machine.UmlGuest;

/** A real Linux kernel whose only interface is the port; iperf3 at both ends. */
final class KernelDemo implements DemoGuest {
  private static final int PINGS = 20;
  private static final Duration PING_LIMIT = Duration.ofSeconds(20);
  private static final Duration BOOT_LIMIT = Duration.ofSeconds(60);
  private static final Duration LIFETIME = Duration.ofMinutes(3);
  private static final Duration KEPT = Duration.ofHours(24);
  private static final int SPARE_SECONDS = 15;

  private final DemoPlan plan;
  private final DemoPort port;
  private final HostSide host;
  private final GuestMachine machine;

  private KernelDemo(DemoPlan plan, DemoPort port, HostSide host, GuestMachine machine) {
    this.plan = plan;
    this.port = port;
    this.host = host;
    this.machine = machine;
  }

  static KernelDemo start(DemoPlan plan, DemoPort port, HostSide host, Progress progress)
      throws IOException, InterruptedException {
    progress.say("booting a Linux guest: " + plan.guest().text());
    GuestNic nic =
        GuestNic.on(port.socket())
            .withQueuePairs(plan.queues())
            .withMac(DemoPlan.MAC)
            .withMtu(plan.mtu());
    // The guest's own limit counts where this process is killed and cannot end it.
    Duration life = plan.keep() ? KEPT : LIFETIME.plusSeconds(2L * plan.seconds());
    GuestSpec spec = GuestSpec.of(nic).withLimits(BOOT_LIMIT, life).withVcpus(plan.queues());
    GuestMachine machine =
        plan.guest() == GuestKind.qemu
            ? QemuGuest.start(spec, progress::say)
            : UmlGuest.start(spec);
    try {
      String name = GuestNet.configure(machine, DemoPlan.GUEST + DemoPlan.PREFIX, plan.mtu());
      if (plan.queues() > 1) {
        // Not every kernel uses all queues by itself, and not every system has ethtool.
        machine.run("ethtool -L " + name + " combined " + plan.queues(), PING_LIMIT);
      }
      progress.say(
          "  Linux %s took commands after %.1f s; its %s is %s"
              .formatted(
                  machine.kernelRelease(),
                  machine.bootTime().toNanos() / 1e9,
                  name,
                  DemoPlan.GUEST));
      return new KernelDemo(plan, port, host, machine);
    } catch (IOException | InterruptedException | RuntimeException e) {
      machine.close();
      throw e;
    }
  }

  @Override
  public DemoResult show(Progress progress) throws IOException, InterruptedException {
    PingText ping = ping(progress);
    Transfer fromGuest;
    Transfer toGuest;
    Process server = host.start("iperf3", "-s", "-B", DemoPlan.HOST, "--forceflush");
    try {
      awaitServer(server);
      fromGuest = iperf(progress, "TCP guest to host", "");
      toGuest = iperf(progress, "TCP host to guest", "-R");
    } finally {
      end(server);
    }
    return new DemoResult(
        plan,
        "Linux " + machine.kernelRelease(),
        machine.bootTime().toNanos(),
        ping,
        "TCP",
        fromGuest,
        toGuest,
        Traffic.of(port.port()));
  }

  private PingText ping(Progress progress) throws IOException, InterruptedException {
    // Without -w ping takes for lost what is later than two round trips at the end: on a busy
    // machine the guest itself may be. With it ping goes on until so many have come back.
    String command = "ping -n -q -c %d -i 0.05 -w 10 %s".formatted(PINGS, DemoPlan.HOST);
    PingText said = PingText.parse(machine.run(command, PING_LIMIT).output());
    PingText ping = said.of(Math.max(PINGS, said.received()));
    if (ping.received() == 0) {
      throw new DemoFailed(
          "None of " + ping.sent() + " pings came back; --verbose shows the port's messages.");
    }
    progress.say("  ping: " + ping.text());
    return ping;
  }

  private Transfer iperf(Progress progress, String what, String options)
      throws IOException, InterruptedException {
    String command =
        "iperf3 -J -c %s -t %d -P %d %s"
            .formatted(DemoPlan.HOST, plan.seconds(), plan.queues(), options);
    Duration limit = Duration.ofSeconds(plan.seconds() + SPARE_SECONDS);
    Transfer transfer;
    try (Progress.Watch _ = progress.watch(what, port.port())) {
      transfer = Transfer.ofIperf(machine.run(command, limit).output());
    }
    progress.say("    arrived: " + transfer.text());
    return transfer;
  }

  /** The server says when it listens; nothing else is read from it. */
  private static void awaitServer(Process server) throws IOException {
    BufferedReader lines = server.inputReader(StandardCharsets.UTF_8);
    StringBuilder said = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.contains("listening")) {
        Thread.ofPlatform().daemon(true).name("iperf3").start(() -> drain(lines));
        return;
      }
      said.append(line).append(' ');
    }
    throw new DemoFailed("iperf3 did not start on the host's side: " + said.toString().strip());
  }

  private static void drain(BufferedReader lines) {
    try {
      lines.transferTo(Writer.nullWriter());
    } catch (IOException e) {
      // The server was ended while its pipe was read.
      System.getLogger(KernelDemo.class.getName())
          .log(System.Logger.Level.DEBUG, "iperf3: {0}", e.getMessage());
    }
  }

  private static void end(Process server) throws InterruptedException {
    server.descendants().forEach(ProcessHandle::destroyForcibly);
    server.destroyForcibly();
    server.waitFor(5, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    machine.close();
  }
}
