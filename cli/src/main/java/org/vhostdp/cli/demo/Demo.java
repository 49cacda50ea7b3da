package org.vhostdp.cli.demo;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import org.vhostdp.dataplane.Dataplane;
import org.vhostdp.guest.machine.QemuGuest;
import org.vhostdp.guest.machine.UmlGuest;
import org.vhostdp.store.DriverStore;

/** Shows a guest's packets crossing the dataplane, and cleans up. */
public final class Demo {
  private final DemoPlan plan;
  private final DriverStore store;
  private final Progress progress;
  private final String version;

  /**
   * @param out where progress goes
   * @param live whether that is a terminal
   */
  public Demo(DemoPlan plan, DriverStore store, PrintWriter out, boolean live, String version) {
    this.plan = plan;
    this.store = store;
    this.progress = new Progress(out, live);
    this.version = version;
  }

  /** A sentence saying why such a guest cannot start here, or empty. */
  public static Optional<String> unavailable(GuestKind kind) {
    return switch (kind) {
      case uml -> UmlGuest.unavailable();
      case qemu -> QemuGuest.unavailable();
      case builtin -> Optional.empty();
    };
  }

  /** Whether the demonstration gives a driver another side, which a kernel as guest needs. */
  public static boolean hasFarEnd(String driver) {
    return FarEnd.of(driver).isPresent();
  }

  /** Whether root of a user namespace may show a driver; it has another side. */
  public static boolean worksInUserNamespace(String driver) {
    return FarEnd.of(driver).orElseThrow().worksInUserNamespace();
  }

  /** What waits at the end of a demonstration that is kept. */
  @FunctionalInterface
  public interface Pause {
    /** Returns, or is interrupted, when the end may come. */
    void await(String advice) throws InterruptedException;
  }

  /**
   * Runs it.
   *
   * @param pause called before the end, if the plan says that all is to be kept
   * @throws IOException with a sentence, if something did not work
   */
  public DemoResult run(Pause pause)
      throws IOException, InterruptedException, Dataplane.StartFailed {
    FarEnd end = FarEnd.of(plan).orElse(null);
    try (HostSide host = end != null ? HostSide.create() : null;
        DemoPort port = DemoPort.start(plan, store, end, host, version)) {
      progress.say(
          "vhost-dp: port vd0, %d queue pair%s, MTU %d, driver %s%s"
              .formatted(
                  port.port().device().queuePairs(),
                  port.port().device().queuePairs() == 1 ? "" : "s",
                  plan.effectiveMtu(),
                  plan.driver(),
                  end != null ? ": " + end.text() : ""));
      try (DemoGuest guest = guest(port, host)) {
        DemoResult result = guest.show(progress);
        check(result);
        if (plan.keep()) {
          pause.await(advice(port, host));
        }
        return result;
      }
    }
  }

  private DemoGuest guest(DemoPort port, HostSide host) throws IOException, InterruptedException {
    return switch (plan.guest()) {
      case builtin -> BuiltinDemo.start(plan, port, host, progress);
      case uml, qemu -> KernelDemo.start(plan, port, host, progress);
    };
  }

  private void check(DemoResult result) throws DemoFailed {
    PingText ping = result.ping();
    if (ping.received() < ping.sent() || ping.sent() == 0) {
      throw new DemoFailed(
          "Of %d pings %d came back; with --verbose the port's messages are shown."
              .formatted(ping.sent(), ping.received()));
    }
    boolean silent =
        result.fromGuest().bytes() == 0
            || result.toGuest() != null && result.toGuest().bytes() == 0;
    if (silent) {
      throw new DemoFailed(
          "Pings came back, but " + result.protocol() + " brought nothing across.");
    }
    if (result.traffic().dropped() > 0) {
      throw new DemoFailed(
          "The dataplane dropped %d frames, and should have none: %s."
              .formatted(result.traffic().dropped(), result.traffic().drops()));
    }
  }

  private static String advice(DemoPort port, HostSide host) {
    String own = "socket " + port.socket() + ", process " + ProcessHandle.current().pid();
    return host == null
        ? own
        : own + "; the host's side:  nsenter --net=" + host.path() + " ping " + DemoPlan.GUEST;
  }
}
