package org.vhostdp.rig;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.vhostdp.guest.machine.GuestKernel;
import org.vhostdp.guest.machine.QemuGuest;

/** The guests of a test run, one for each plan; closed at its end. */
public final class Guests implements AutoCloseable {
  private static final Path REPORTS = Path.of("target", "guest").toAbsolutePath();

  private final Map<GuestPlan, KernelGuest> running = new LinkedHashMap<>();

  Guests() {}

  /**
   * The guest of a plan, booted if there is none or it ended. Where no guest can start, the test
   * that asks is skipped, with a sentence that says why.
   *
   * @param name of the folder for reports in {@code target/guest}, used by the first who asks
   */
  public synchronized KernelGuest with(GuestPlan plan, String name)
      throws IOException, InterruptedException {
    KernelGuest guest = running.get(plan);
    if (guest == null || !guest.machine().alive()) {
      QemuGuest.unavailable().ifPresent(Assumptions::abort);
      try {
        GuestKernel.prepare(System.out::println);
      } catch (IOException unreachable) {
        Assumptions.abort(unreachable.getMessage());
      }
      guest = KernelGuest.boot(plan, REPORTS.resolve(name), System.out::println);
      System.out.println(
          "guest: Linux "
              + guest.machine().kernelRelease()
              + " booted in "
              + guest.machine().bootTime().toMillis()
              + " ms");
      running.put(plan, guest);
    }
    return guest;
  }

  @Override
  public synchronized void close() {
    running.values().forEach(KernelGuest::close);
    running.clear();
  }
}
