package org.vhostdp.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.vhostdp.guest.machine.QemuGuest;
import org.vhostdp.guest.machine.UmlGuest;

/** The netmap driver's tests and every rule of the SPI, where netmap's module can be loaded. */
@ExtendWith(GuestRig.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class NetmapGuestIT {
  private static final String VARIABLE = "NETMAP_KO";

  /** The path of netmap's own traffic generator, if there is one. */
  private static final String GENERATOR = "NETMAP_PKT_GEN";

  /** Of what is measured, rather than tried, in well compiled code. */
  private static final String COMPILED = "guest-compiled";

  private static final Duration DEMO_LIMIT = Duration.ofSeconds(150);
  private static final String DEMO =
      "dist/target/vhost-dp/bin/vhost-dp demo --driver netmap --guest uml --seconds 2";

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
  @Order(1)
  Stream<DynamicTest> inAGuest(Guests guests) throws Exception {
    return DriverModule.tests("driver-netmap")
        .tagged(GuestTests.TAG + " & !" + COMPILED)
        .withLimits(Duration.ofSeconds(120), Duration.ofMinutes(10))
        .runIn(guest(guests));
  }

  @TestFactory
  @Order(2)
  Stream<DynamicTest> wellCompiledInAGuest(Guests guests) throws Exception {
    return DriverModule.tests("driver-netmap")
        .tagged(COMPILED)
        .withJvmOptions("-XX:TieredStopAtLevel=4")
        .withLimits(Duration.ofSeconds(120), Duration.ofMinutes(6))
        .runIn(guest(guests));
  }

  /** One end of a veth pair is a port of the driver's, the other one the kernel's. */
  @Test
  @Order(3)
  void theDemonstrationsGuestReachesTheHost(Guests guests) throws Exception {
    UmlGuest.unavailable().ifPresent(Assumptions::abort);
    StringBuilder said = new StringBuilder();
    Lines lines =
        new Lines(
            line -> {
              System.out.println(line);
              said.append(line).append('\n');
            });
    int status = guest(guests).run(DEMO, DriverModule.tree(), DEMO_LIMIT, lines).status();
    assertEquals(0, status, said.toString());
    assertTrue(
        said.toString().contains("0 frames dropped by the dataplane, 0 by the driver"),
        said.toString());
  }

  @TestFactory
  @Order(4)
  Stream<DynamicTest> guestsOnASwitch(Guests guests) throws Exception {
    return DriverModule.tests("rig")
        .tagged(NetmapGuests.TAG)
        .withJvmOptions("-Dvhostdp.tree=" + DriverModule.tree())
        .withLimits(Duration.ofSeconds(NetmapGuests.SECONDS), Duration.ofMinutes(5))
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
            .withMemory(2560)
            .withModules("veth")
            .withModuleFile(module)
            .withEnvironment(VARIABLE, module.toString())
            .withLimits(Duration.ofSeconds(60), Duration.ofMinutes(19));
    String generator = System.getenv(GENERATOR);
    return generator == null
        ? plan
        : plan.withEnvironment(GENERATOR, Path.of(generator).toAbsolutePath().toString());
  }
}
