package org.vhostdp.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.attest.json.Json;

/**
 * Drivers of the image, certified as their vendors do it: run, sign, verify, tamper. Each gets its
 * certificate, so that {@code driver list} of the image shows it until the next build; the reports
 * stay in {@code target/certificates} for who runs the tests. The key is thrown away.
 */
@Timeout(900)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CertificationIT {
  private static final long LIMIT_SECONDS = 300;
  private static final Path REPORTS = VhostDp.IMAGE.resolveSibling("certificates");

  @TempDir private static Path folder;
  private Path key;
  private Path trust;
  private Process running;

  @BeforeAll
  void makeKey() throws Exception {
    key = folder.resolve("me.pem");
    trust = folder.resolve("trust");
    done(0, "tck", "key", key);
    Path self = Files.createDirectories(trust.resolve("self"));
    Files.copy(folder.resolve("me.pub.pem"), self.resolve("me.pub.pem"));
  }

  @AfterEach
  void end() {
    if (running != null) {
      running.descendants().forEach(ProcessHandle::destroyForcibly);
      running.destroyForcibly();
    }
  }

  private String done(int code, Object... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(VhostDp.COMMAND));
    Stream.of(words).map(Object::toString).forEach(command::add);
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    running =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    assertTrue(running.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), () -> command + " hangs");
    String said = Files.readString(err);
    assertEquals(code, running.exitValue(), () -> command + ": " + said);
    assertFalse(said.contains("\tat "), said);
    return Files.readString(out) + said;
  }

  private Path copied(String driver) throws IOException {
    Path from = VhostDp.IMAGE.resolve("drivers").resolve(driver);
    Path to = Files.createTempDirectory(folder, "copy").resolve(driver);
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
    }
    return to;
  }

  private Object run(Path driver, Path report, String... more) throws Exception {
    List<Object> words = new ArrayList<>(List.of("tck", "run", "--driver", driver));
    words.addAll(List.of("--report", report));
    words.addAll(List.of(more));
    done(0, words.toArray());
    for (String file : List.of("result.json", "junit.xml", "report.html")) {
      assertTrue(Files.size(report.resolve(file)) > 1000, file);
    }
    return Json.read(Files.readString(report.resolve("result.json")));
  }

  private static List<String> withStatus(Object result, String status) {
    return Json.array(Json.at(result, "rules")).stream()
        .filter(rule -> status.equals(Json.at(rule, "status")))
        .map(rule -> Json.at(rule, "id").toString())
        .toList();
  }

  @Test
  void theReferenceDriverKeepsEveryRuleAndSkipsNone() throws Exception {
    Object result = run(copied("loopback"), REPORTS.resolve("loopback"));
    assertEquals("pass", Json.at(result, "verdict"));
    assertEquals(List.of(), withStatus(result, "fail"));
    assertEquals(List.of(), withStatus(result, "skip"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tap", "afpacket", "afxdp", "dpdk"})
  void aDriverIsCertifiedOnARealDevice(String id) throws Exception {
    Needs.taps();
    Needs.librariesOf(id);
    Path driver = VhostDp.IMAGE.resolve("drivers").resolve(id);
    Path report = REPORTS.resolve(id);
    passes(driver, report);
    try {
      certifies(id, driver, report);
    } finally {
      // Others work with the image: to them a driver signed with this key is worth a warning.
      Files.deleteIfExists(driver.resolve("attest/certificate.dsse.json"));
      Files.deleteIfExists(driver.resolve("attest"));
    }
  }

  private void certifies(String id, Path driver, Path report) throws Exception {
    done(0, "tck", "sign", "--result", report, "--key", key, "--driver", driver);
    done(0, "tck", "verify", driver, "--trust", trust, "--level", "self");
    Object listed = Json.read(done(0, "driver", "list", "--json"));
    for (Object each : Json.array(listed)) {
      if (id.equals(Json.at(each, "id"))) {
        assertEquals("pass", Json.at(each, "certificate"), each.toString());
      }
    }
    refusedOnceAByteIsFlipped(copied(id));
  }

  /** Entering a namespace takes CAP_SYS_ADMIN; a thread that is there already does without. */
  @ParameterizedTest
  @ValueSource(strings = {"afpacket", "afxdp"})
  void theRightsThatADriverNamesAreEnough(String id) throws Exception {
    Needs.taps();
    Needs.librariesOf(id);
    Path driver = VhostDp.IMAGE.resolve("drivers").resolve(id);
    done(0, "tck", "run", "--driver", driver, "--param", "netns=thread", "--only", "SEC-5");
  }

  /** Packets shared in memory: the second kind of wire that this driver is certified on. */
  @Test
  void dpdkIsCertifiedOnMemifToo() throws Exception {
    Needs.librariesOf("dpdk");
    Path driver = copied("dpdk");
    Path report = REPORTS.resolve("dpdk-memif");
    String device = "vdev=net_memif{n}%d,role=%s,id={n},socket={dir}/memif,socket-abstract=no";
    String near = device.formatted(0, "client");
    String far = "far." + device.formatted(1, "server");
    passes(driver, report, "--wire", "pair", "--config", near, "--param", far);
    done(0, "tck", "sign", "--result", report, "--key", key, "--driver", driver);
    done(0, "tck", "verify", driver, "--trust", trust, "--level", "self");
  }

  private void passes(Path driver, Path report, String... more) throws Exception {
    Object result = run(driver, report, more);
    assertEquals("pass", Json.at(result, "verdict"));
    assertNoneSkippedThatIsDeclared(result);
  }

  private static void assertNoneSkippedThatIsDeclared(Object result) {
    List<String> declared =
        Json.array(Json.at(result, "abilities")).stream().map(Object::toString).toList();
    assertTrue(declared.contains("multiqueue"), "declared: " + declared);
    for (Object rule : Json.array(Json.at(result, "rules"))) {
      boolean skipped = "skip".equals(Json.at(rule, "status"));
      assertFalse(skipped && declared.contains(Json.at(rule, "need").toString()), "" + rule);
    }
  }

  private void refusedOnceAByteIsFlipped(Path driver) throws Exception {
    Path jar;
    try (Stream<Path> jars = Files.list(driver.resolve("lib"))) {
      jar = jars.findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(jar);
    bytes[bytes.length / 2] ^= 1;
    Files.write(jar, bytes);
    String refused = done(1, "tck", "verify", driver, "--trust", trust);
    assertTrue(refused.contains(driver.getFileName() + " 0.1.0"), refused);
    assertTrue(refused.contains(jar.getFileName().toString()), refused);
  }
}
