package org.vhostdp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.attest.json.Json;

/** Commands as far as they go without a driver; with drivers they are run on the image. */
final class CommandsTest {
  @TempDir private Path folder;

  private static void assertSays(int code, String sentence, String... words) {
    Invocation done = Invocation.of(words);
    assertTrue(done.err().contains(sentence), () -> String.join(" ", words) + ": " + done);
    assertEquals(code, done.code(), done::err);
    assertFalse(done.err().contains("\tat "), done::err);
  }

  @Test
  void wrongOptionsOfRun() {
    assertSays(2, "'x' is not an int", "run", "--io-threads", "x");
    assertSays(2, "io-threads = 0 is not a whole number", "run", "--io-threads", "0");
    assertSays(2, "is not a list of cores", "run", "--io-cpus", "one");
    assertSays(2, "The driver store /none is no folder", "run", "--store", "/none");
    assertSays(2, "--fd 99999 is no open descriptor", "run", "--fd", "99999");
    assertSays(2, "Give one of --socket-path and --fd", "run", "--fd", "0", "--socket-path", "/x");
    assertSays(2, "There is no file /none.toml.", "run", "--config", "/none.toml");
    assertSays(2, "\"foo\" is no driver object", "run", "-object", "foo");
    assertSays(
        2,
        "--socket-path and --fd are for a run without",
        "run",
        "-netdev",
        "vhost-dp,id=n,driver=d",
        "--socket-path",
        "/x");
  }

  @Test
  void wrongOptionsOfOthers() {
    assertSays(2, "--interval 0.0 is not", "top", "--interval", "0", "--control", "/none");
    assertSays(1, "/none", "status", "--control", "/none");
    assertSays(1, "No instance of vhost-dp with process id 1 runs", "status", "--pid", "1");
    assertSays(2, "Missing required parameter", "driver", "show");
    assertSays(2, "Missing required parameter", "config", "check");
  }

  @Test
  void wrongOptionsOfDemo() {
    assertSays(2, "--queues 0 is not a number from 1 to 16.", "demo", "--queues", "0");
    assertSays(2, "--seconds 301 is not", "demo", "--seconds", "301");
    assertSays(2, "--mtu 100 is not", "demo", "--mtu", "100");
    assertSays(1, "There is no driver \"x\"", "demo", "--driver", "x");
    assertSays(
        2, "Use loopback with --guest builtin.", "demo", "--driver", "loopback", "--guest", "uml");
    assertSays(2, "--guest", "demo", "--guest", "windows");
  }

  @Test
  void aMissingDriverIsNamed() {
    String store = folder.toString();
    assertSays(1, "There is no driver \"none\"", "driver", "show", "none", "--store", store);
    Invocation doctor = Invocation.of("driver", "doctor", "none", "--store", store);
    assertEquals(1, doctor.code());
    assertTrue(doctor.out().startsWith("WRONG  none: There is no driver \"none\""), doctor.out());
  }

  @Test
  void theDoctorExplainsEveryFolder() throws Exception {
    Path broken = Files.createDirectory(folder.resolve("broken"));
    Path old = Files.createDirectories(folder.resolve("old/lib")).getParent();
    Files.writeString(
        old.resolve("driver.properties"), "id=old\nversion=1.0\nmodule=m\nspi=[0.0,0.1)\n");
    Invocation doctor = Invocation.of("driver", "doctor", "--store", folder.toString(), "--json");
    assertEquals(1, doctor.code(), doctor.err());
    List<?> findings = Json.array(Json.read(doctor.out()));
    assertEquals(false, Json.at(findings.get(0), "ok"));
    assertTrue(Json.at(findings.get(0), "finding").toString().contains(broken.toString()));
    assertEquals("old", Json.at(findings.get(1), "driver"));
    assertTrue(
        Json.at(findings.get(1), "finding").toString().contains("was built for SPI [0.0,0.1)"));
  }

  @Test
  void theListShowsRefusedFoldersToo() throws Exception {
    Files.createDirectory(folder.resolve("broken"));
    Invocation list = Invocation.of("driver", "list", "--store", folder.toString());
    assertEquals(0, list.code());
    assertTrue(
        list.out()
            .startsWith("DRIVER  VERSION  ACTIVE  TRUST  CERTIFICATE  SPI  SUMMARY  FOLDER\n"),
        list.out());
    assertTrue(list.out().contains("Refused: The folder "), list.out());
    Invocation json = Invocation.of("driver", "list", "--json", "--store", folder.toString());
    Object entry = Json.array(Json.read(json.out())).getFirst();
    assertEquals(folder.resolve("broken").toString(), Json.at(entry, "folder"));
    assertTrue(Json.at(entry, "refusal").toString().contains("it is no driver"));
  }

  @Test
  void aConfigurationIsCheckedWithEveryMistake() throws Exception {
    Path file = folder.resolve("bad.toml");
    Files.writeString(file, "[netdev.n]\nqueues = 0\nmtuu = 1\n");
    assertSays(2, file + ":2: In [netdev.n]: queues = 0", "config", "check", file.toString());
    assertSays(2, file + ":3: In [netdev.n]: the key \"mtuu\"", "config", "show", file.toString());
    Invocation json = Invocation.of("config", "check", "--json", file.toString());
    assertEquals(2, json.code());
    Object result = Json.read(json.out());
    assertEquals(false, Json.at(result, "ok"));
    assertEquals(4, Json.array(Json.at(result, "mistakes")).size(), json.out());
  }

  @Test
  void theExampleIsPrinted() {
    Invocation example = Invocation.of("config", "example");
    assertEquals(0, example.code());
    assertTrue(example.out().contains("[netdev.vd0]"), example.out());
  }

  @Test
  void verboseShowsWhereItFailed() {
    Invocation failed = Invocation.of("status", "--control", "/none", "--verbose");
    assertTrue(failed.err().contains("\tat "), failed.err());
  }
}
