package org.vhostdp.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.vhostdp.attest.json.Json;
import org.vhostdp.guest.machine.CommandResult;
import org.vhostdp.guest.machine.QemuGuest;

/**
 * The image's own kit, run on the image's mdev driver in a guest, with what it found as tests: each
 * rule passes, fails or is skipped as it did there. The same rules are in {@link MdevGuestIT}; here
 * each group has a process of its own, which an emulated processor is slow to start.
 */
@ExtendWith(GuestRig.class)
final class MdevCertificateIT {
  private static final String VARIABLE = "VHOSTDP_CERTIFY";
  private static final Duration LIMIT = Duration.ofMinutes(40);

  @BeforeAll
  static void needs() {
    QemuGuest.unavailable().ifPresent(Assumptions::abort);
    Assumptions.assumeTrue(
        System.getenv().containsKey(VARIABLE),
        VARIABLE + " is not set: the kit's processes take a quarter of an hour in a guest");
  }

  @TestFactory
  @Timeout(value = 45, unit = TimeUnit.MINUTES)
  Stream<DynamicTest> certified(Guests guests) throws Exception {
    GuestPlan plan = MdevGuestIT.devices().withLimits(MdevGuestIT.BOOT, LIMIT.plusMinutes(2));
    KernelGuest guest = guests.with(plan, "mdev-certificate");
    Path tree = Path.of(System.getProperty("vhostdp.tree", "..")).toAbsolutePath().normalize();
    Path file = guest.reports().resolve("certificate").resolve("result.json");
    Files.deleteIfExists(file);
    guest.see(Path.of(System.getProperty("java.home")));
    CommandResult done = guest.run(script(), tree, LIMIT, System.out);
    List<DynamicTest> tests = new ArrayList<>();
    if (Files.exists(file)) {
      found(Json.read(Files.readString(file)), tests);
    }
    tests.add(
        dynamicTest(
            "the certificate is signed and verified",
            () -> assertEquals(0, done.status(), "the status of mdev-certificate.sh")));
    return tests.stream();
  }

  private static void found(Object result, List<DynamicTest> tests) {
    for (Object mutant : Json.array(Json.at(result, "mutants"))) {
      String name = Json.at(mutant, "rule") + " a driver that " + Json.at(mutant, "name");
      tests.add(dynamicTest(name, () -> assertEquals(true, Json.at(mutant, "killed"))));
    }
    for (Object rule : Json.array(Json.at(result, "rules"))) {
      String name = Json.at(rule, "id") + " " + Json.at(rule, "title");
      tests.add(dynamicTest(name, () -> judge(rule)));
    }
    tests.add(dynamicTest("the verdict", () -> assertEquals("pass", Json.at(result, "verdict"))));
  }

  private static void judge(Object rule) {
    String status = String.valueOf(Json.at(rule, "status"));
    String sentence = String.valueOf(Json.at(rule, "sentence"));
    Assumptions.assumeFalse(status.equals("skip"), sentence);
    Assertions.assertEquals("pass", status, sentence);
  }

  private static String script() throws IOException {
    try (InputStream text = MdevCertificateIT.class.getResourceAsStream("mdev-certificate.sh")) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
