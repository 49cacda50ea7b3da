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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.attest.json.Json;

/** Drivers of the image, certified as their vendors do it: run, sign, verify, tamper. */
final class CertificationIT {
  private static final long LIMIT_SECONDS = 200;

  @TempDir private Path folder;
  private Process running;

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
    Path to = folder.resolve("drivers").resolve(driver);
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

  private Object run(Path driver) throws Exception {
    Path report = folder.resolve("report");
    done(0, "tck", "run", "--driver", driver, "--report", report);
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
    Object result = run(copied("loopback"));
    assertEquals("pass", Json.at(result, "verdict"));
    assertEquals(List.of(), withStatus(result, "fail"));
    assertEquals(List.of(), withStatus(result, "skip"));
  }

  @Test
  void theTapDriverIsCertifiedOnARealTapAndRefusedOnceAByteIsFlipped() throws Exception {
    Needs.taps();
    Path driver = copied("tap");
    Object result = run(driver);
    assertEquals("pass", Json.at(result, "verdict"));
    List<String> declared =
        Json.array(Json.at(result, "abilities")).stream().map(Object::toString).toList();
    assertTrue(declared.contains("multiqueue"), "declared: " + declared);
    for (Object rule : Json.array(Json.at(result, "rules"))) {
      boolean skipped = "skip".equals(Json.at(rule, "status"));
      assertFalse(skipped && declared.contains(Json.at(rule, "need").toString()), "" + rule);
    }

    Path key = folder.resolve("me.pem");
    done(0, "tck", "key", key);
    done(0, "tck", "sign", "--result", folder.resolve("report"), "--key", key, "--driver", driver);
    Path trust = Files.createDirectories(folder.resolve("trust/self"));
    Files.copy(folder.resolve("me.pub.pem"), trust.resolve("me.pub.pem"));
    done(0, "tck", "verify", driver, "--trust", folder.resolve("trust"), "--level", "self");

    Path jar;
    try (Stream<Path> jars = Files.list(driver.resolve("lib"))) {
      jar = jars.findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(jar);
    bytes[bytes.length / 2] ^= 1;
    Files.write(jar, bytes);
    String refused = done(1, "tck", "verify", driver, "--trust", folder.resolve("trust"));
    assertTrue(refused.contains("tap 0.1.0"), refused);
    assertTrue(refused.contains(jar.getFileName().toString()), refused);
  }
}
