package org.vhostdp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.attest.json.Json;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rules.Rules;

/** {@code vhost-dp tck run} and {@code rules} as far as they go without a driver. */
final class TckRunTest {
  @TempDir private Path folder;

  private Path toy() throws Exception {
    Path toy = Files.createDirectories(folder.resolve("store/toy/lib")).getParent();
    Files.writeString(
        toy.resolve("driver.properties"), "id=toy\nversion=1.0\nmodule=m\nspi=[1.0,2.0)\n");
    return toy;
  }

  private static void assertSays(int code, String sentence, String... words) {
    List<String> line = new ArrayList<>(List.of("tck", "run"));
    line.addAll(List.of(words));
    Invocation done = Invocation.of(line.toArray(String[]::new));
    assertTrue(done.err().contains(sentence), () -> line + ": " + done);
    assertEquals(code, done.code(), done::err);
    assertFalse(done.err().contains("\tat "), done::err);
    assertEquals("", done.out());
  }

  @Test
  void wrongOptionsAreNamed() throws Exception {
    String toy = toy().toString();
    assertSays(2, "Missing required option: '--driver=FOLDER|ID'");
    assertSays(2, "There is no driver \"none\"", "--driver", "none");
    assertSays(2, "has no driver.properties: it is no driver", "--driver", folder.toString());
    assertSays(
        2,
        "There is no wire \"carrier-pigeon\"; there are tap",
        "--driver",
        toy,
        "--wire",
        "carrier-pigeon");
    assertSays(2, "'x' is not a long", "--driver", toy, "--seed", "x");
    assertSays(2, "--repeat 0 is not a number from 1 on", "--driver", toy, "--repeat", "0");
    assertSays(2, "--rule-timeout -1 is not", "--driver", toy, "--rule-timeout", "-1");
    assertSays(2, "There is no rule or group \"TX-0\"", "--driver", toy, "--only", "TX-1,TX-0");
    assertSays(2, "The driver store /none is no folder", "--driver", "x", "--store", "/none");
  }

  @Test
  void aMalformedConfigurationIsNotRepeatedInTheMessage() throws Exception {
    Invocation done =
        Invocation.of("tck", "run", "--driver", toy().toString(), "--config", "hunter2");
    assertEquals(2, done.code());
    assertTrue(done.err().contains("A value of --config has not the form KEY=VALUE."), done.err());
    assertFalse(done.err().contains("hunter2"), done.err());
    String toy = toy().toString();
    assertSays(2, "--config gives a twice", "--driver", toy, "--config", "a=1", "--config", "a=2");
  }

  @Test
  void aReportFolderIsTriedBeforeTheRun() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    assertSays(
        2, "is a file; name a folder", "--driver", toy().toString(), "--report", file.toString());
  }

  @Test
  void aDriverThatCannotBeLoadedIsRefusedByTheRun() throws Exception {
    String store = toy().getParent().toString();
    Path report = folder.resolve("report");
    assertSays(
        1,
        "says its module is m, but no jar",
        "--driver",
        "toy",
        "--store",
        store,
        "--report",
        report.toString(),
        "--quiet");
    try (var files = Files.list(report)) {
      assertEquals(0, files.count());
    }
  }

  @Test
  void rulesAreListedAndExplained() throws Exception {
    Invocation list = Invocation.of("tck", "rules");
    assertEquals(0, list.code(), list.err());
    assertTrue(list.out().startsWith("GROUP "), list.out());
    assertEquals(Rules.all().size() + 1, list.out().lines().count());

    Rule rule = Rules.find("TX-1").orElseThrow();
    Invocation one = Invocation.of("tck", "rules", "tx-1");
    assertTrue(one.out().startsWith("TX-1  " + rule.title() + "\n  " + rule.sentence() + "\n"));
    assertTrue(one.out().contains("stated in  org.vhostdp.spi.TxQueue\n"), one.out());
    assertTrue(one.out().contains("applies to every driver\n"), one.out());

    Invocation json = Invocation.of("tck", "rules", "transmit", "--json");
    List<?> rules = Json.array(Json.read(json.out()));
    assertTrue(rules.stream().anyMatch(r -> "TX-1".equals(Json.at(r, "id"))), json.out());
    assertTrue(rules.stream().allMatch(r -> "transmit".equals(Json.at(r, "group"))), json.out());

    Invocation wrong = Invocation.of("tck", "rules", "TX-0");
    assertEquals(2, wrong.code());
    assertTrue(wrong.err().contains("There is no rule or group \"TX-0\""), wrong.err());
  }

  @Test
  void otherCommandsLoadNothingOfTheKit() throws Exception {
    List<String> loaded = classesOf("driver", "list");
    assertTrue(
        loaded.stream().anyMatch(line -> line.contains("org.vhostdp.cli.DriverListCommand")));
    assertEquals(List.of(), loaded.stream().filter(l -> l.contains(" org.vhostdp.tck.")).toList());
  }

  /** The JVM's lines about classes that a command loads, in a process of its own. */
  private static List<String> classesOf(String... words) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xlog:class+load:stdout");
    String modules = System.getProperty("jdk.module.path");
    String path = modules == null ? System.getProperty("java.class.path") : modules;
    command.addAll(List.of("-cp", path, Main.class.getName()));
    command.addAll(List.of(words));
    File out = File.createTempFile("classes", ".log");
    try {
      Process process =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out).start();
      assertTrue(process.waitFor(50, TimeUnit.SECONDS), "the command did not end");
      assertEquals(0, process.exitValue());
      return Files.readAllLines(out.toPath());
    } finally {
      Files.delete(out.toPath());
    }
  }
}
