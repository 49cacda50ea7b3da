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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.attest.json.Json;

/** The command of the image, with its drivers. Nothing here needs root: the driver is loopback. */
final class CommandIT {
  private static final String COMMAND =
      Path.of(System.getProperty("vhostdp.image")).resolve("bin/vhost-dp").toString();

  private static final long LIMIT_SECONDS = 120;

  @TempDir private Path folder;
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void end() {
    started.forEach(Process::destroyForcibly);
  }

  private Process start(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of(COMMAND));
    command.addAll(List.of(words));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(folder.resolve("out").toFile())
            .redirectError(folder.resolve("err").toFile())
            .start();
    started.add(process);
    return process;
  }

  private String done(int code, String... words) throws Exception {
    Process process = start(words);
    assertTrue(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), String.join(" ", words));
    String err = Files.readString(folder.resolve("err"));
    assertEquals(code, process.exitValue(), err);
    assertFalse(err.contains("\tat "), err);
    return code == 0 ? Files.readString(folder.resolve("out")) : err;
  }

  private String[] loopback(String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "run",
                "-object",
                "vhost-dp-loopback,id=l0",
                "-netdev",
                "vhost-dp,id=vd0,driver=l0,queues=2,socket=" + folder.resolve("vd0.sock"),
                "--control",
                folder.resolve("control.sock").toString()));
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }

  private void await(Path path, Process process) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!Files.exists(path)) {
      assertTrue(process.isAlive(), () -> "ended: " + process.exitValue());
      assertTrue(System.nanoTime() < deadline, path + " does not appear");
      Thread.sleep(10);
    }
  }

  @Test
  void aRunningInstanceShowsItsStatusAndEndsCleanly() throws Exception {
    Path control = folder.resolve("control.sock");
    Process running = start(loopback());
    await(control, running);
    Object status = Json.read(done(0, "status", "--json", "--control", control.toString()));
    assertEquals(running.pid(), Json.number(Json.at(status, "pid")));
    Object port = Json.array(Json.at(status, "ports")).getFirst();
    assertEquals("vd0", Json.at(port, "id"));
    assertEquals("loopback", Json.at(port, "driver", "type"));
    assertEquals(false, Json.at(port, "attached"));
    assertEquals(2, Json.number(Json.at(port, "queue_pairs")));
    String text = done(0, "status", "--control", control.toString());
    assertTrue(text.contains("l0 (loopback)"), text);
    String top = done(0, "top", "--once", "--interval", "0.2", "--control", control.toString());
    assertTrue(top.contains("io-0"), top);
    running.destroy();
    assertTrue(running.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS));
    assertEquals(0, running.exitValue());
    assertFalse(Files.exists(control));
    assertFalse(Files.exists(folder.resolve("vd0.sock")));
  }

  @Test
  void aTrialStartsAndEndsEverything() throws Exception {
    String said = done(0, loopback("--try", "--qemu"));
    assertTrue(said.startsWith("vd0: driver l0 (loopback), listening at "), said);
    assertTrue(said.contains("queues=2"), said);
    assertFalse(Files.exists(folder.resolve("vd0.sock")));
  }

  @Test
  void mistakesOfDriversKeysAreNamed() throws Exception {
    Path file = folder.resolve("c.toml");
    Files.writeString(
        file, "[driver.l]\ntype = \"loopback\"\ndept = 64\nmtu = 1\n[netdev.n]\ndriver = \"l\"\n");
    String said = done(2, "run", "--config", file.toString());
    assertTrue(said.contains(":3: In [driver.l]: the key \"dept\" is unknown"), said);
    assertTrue(said.contains("Did you mean \"depth\"?"), said);
    assertTrue(said.contains(":4: In [driver.l]: mtu = 1 is not a whole number"), said);
  }

  @Test
  void driversAreShownAndExamined() throws Exception {
    Object list = Json.read(done(0, "driver", "list", "--json"));
    assertTrue(Json.array(list).size() >= 2, list.toString());
    Object shown = Json.read(done(0, "driver", "show", "loopback", "--json"));
    assertEquals("org.vhostdp.driver.loopback", Json.at(shown, "module"));
    assertEquals(true, Json.at(shown, "probe", "ok"));
    assertFalse(Json.array(Json.at(shown, "keys")).isEmpty());
    String examined = done(0, "driver", "doctor", "loopback");
    assertTrue(examined.startsWith("ok     loopback: loopback "), examined);
  }

  @Test
  void theExampleIsAConfigurationForTheTapDriver() throws Exception {
    Path file = folder.resolve("example.toml");
    String example = done(0, "config", "example");
    Files.writeString(file, example.replaceAll("(?m)^# ([a-z-]+ = )", "$1"));
    Files.createDirectories(folder.resolve("store"));
    Files.writeString(
        file,
        Files.readString(file)
            .replace("/opt/vhost-dp/drivers", folder.resolve("store").toString()));
    String checked = done(0, "config", "check", file.toString());
    assertEquals(file + " is right: 1 netdev, 1 IO thread.\n", checked);
    Object shown = Json.read(done(0, "config", "show", "--json", file.toString()));
    assertEquals("tap0", Json.at(shown, "driver", "tap0", "ifname"));
  }

  @Test
  void theDemonstrationOfTheBuiltinGuestMovesCheckedBytes() throws Exception {
    Object result =
        Json.read(
            done(
                0,
                "demo",
                "--guest",
                "builtin",
                "--driver",
                "loopback",
                "--seconds",
                "1",
                "--json"));
    assertEquals(100, Json.number(Json.at(result, "ping", "received")));
    assertTrue(Json.number(Json.at(result, "guest_to_host", "bytes")) > 0, result.toString());
    assertEquals(0, Json.number(Json.at(result, "port", "dropped")));
  }
}
