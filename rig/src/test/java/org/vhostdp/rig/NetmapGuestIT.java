package org.vhostdp.rig;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.vhostdp.guest.machine.QemuGuest;

/** The netmap driver's tests and every rule of the SPI, where netmap's module can be loaded. */
@ExtendWith(GuestRig.class)
final class NetmapGuestIT {
  private static final String VARIABLE = "NETMAP_KO";

  /** The path of netmap's own traffic generator, if there is one. */
  private static final String GENERATOR = "NETMAP_PKT_GEN";

  /** Of what is measured, rather than tried, in well compiled code. */
  private static final String COMPILED = "guest-compiled";

  /** Here and not in the factories, because a factory that is skipped is not counted. */
  @BeforeAll
  static void needs() {
    QemuGuest.unavailable().ifPresent(Assumptions::abort);
    Assumptions.assumeFalse(
        named().isBlank(),
        VARIABLE
            + " is not set: netmap's kernel module is built outside this tree, for the guest's"
            + " kernel; docs/drivers/netmap.md says how");
  }

  private static String named() {
    return System.getenv().getOrDefault(VARIABLE, "");
  }

  @TestFactory
  Stream<DynamicTest> inAGuest(Guests guests) throws Exception {
    return DriverModule.tests("driver-netmap")
        .tagged(GuestTests.TAG + " & !" + COMPILED)
        .withLimits(Duration.ofSeconds(120), Duration.ofMinutes(9))
        .runIn(guest(guests));
  }

  @TestFactory
  Stream<DynamicTest> wellCompiledInAGuest(Guests guests) throws Exception {
    return DriverModule.tests("driver-netmap")
        .tagged(COMPILED)
        .withJvmOptions("-XX:TieredStopAtLevel=4")
        .withLimits(Duration.ofSeconds(120), Duration.ofMinutes(4))
        .runIn(guest(guests));
  }

  private static KernelGuest guest(Guests guests) throws Exception {
    KernelGuest guest = guests.with(plan(), "netmap");
    String generator = System.getenv(GENERATOR);
    if (generator != null) {
      guest.see(Path.of(generator).toAbsolutePath());
    }
    return guest;
  }

  private static GuestPlan plan() {
    Path module = Path.of(named()).toAbsolutePath();
    if (!Files.isReadable(module)) {
      throw new IllegalStateException(VARIABLE + " names " + module + ", which cannot be read.");
    }
    GuestPlan plan =
        GuestPlan.standard()
            .withMemory(2048)
            .withModules("veth")
            .withModuleFile(module)
            .withEnvironment(VARIABLE, module.toString())
            .withLimits(Duration.ofSeconds(60), Duration.ofMinutes(13));
    String generator = System.getenv(GENERATOR);
    return generator == null
        ? plan
        : plan.withEnvironment(GENERATOR, Path.of(generator).toAbsolutePath().toString());
  }
}
