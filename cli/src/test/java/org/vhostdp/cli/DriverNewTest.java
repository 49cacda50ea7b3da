package org.vhostdp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code driver new} writes; that it builds and conforms is shown on the image. */
final class DriverNewTest {
  private static final Path EXAMPLE = Path.of("../examples/toy-driver");

  @TempDir private Path folder;

  private static void assertRefused(int code, String sentence, String... words) {
    Invocation done = Invocation.of(words);
    assertTrue(done.err().contains(sentence), () -> String.join(" ", words) + ": " + done);
    assertEquals(code, done.code(), done::err);
    assertFalse(done.err().contains("\tat "), done::err);
  }

  private Path written(String... words) {
    Path project = folder.resolve("project");
    Stream<String> all =
        Stream.concat(Stream.of("driver", "new", "--dir", project.toString()), Stream.of(words));
    Invocation done = Invocation.of(all.toArray(String[]::new));
    assertEquals(0, done.code(), done::err);
    return project;
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .filter(file -> !file.startsWith("target/"))
          .sorted()
          .toList();
    }
  }

  @Test
  void theToyIsTheExample() throws IOException {
    Path project = written("toy");
    assertEquals(files(EXAMPLE), files(project));
    for (String file : files(project)) {
      assertEquals(
          Files.readString(EXAMPLE.resolve(file)), Files.readString(project.resolve(file)), file);
    }
    assertTrue(Files.isExecutable(project.resolve(".ci/run")));
  }

  @Test
  void everyNameIsTheDrivers() throws IOException {
    Path project = written("my-nic", "--package", "com.example.nic");
    assertEquals(files(EXAMPLE).size(), files(project).size());
    Path port = project.resolve("src/main/java/com/example/nic/MyNicPort.java");
    assertTrue(Files.readString(port).startsWith("package com.example.nic;\n"));
    String pom = Files.readString(project.resolve("pom.xml"));
    assertTrue(pom.contains("<groupId>com.example</groupId>"), pom);
    assertTrue(pom.contains("<artifactId>driver-my-nic</artifactId>"), pom);
    String descriptor = Files.readString(project.resolve("src/main/store/driver.properties"));
    assertTrue(descriptor.startsWith("id=my-nic\n"), descriptor);
    assertTrue(descriptor.contains("module=com.example.nic\n"), descriptor);
    for (String file : files(project)) {
      String text = Files.readString(project.resolve(file));
      assertFalse(text.toLowerCase(Locale.ROOT).contains("toy"), file + ": " + text);
    }
  }

  @Test
  void aWordOfTheLanguageIsNoPackage() throws IOException {
    Path project = written("new");
    Path module = project.resolve("src/main/java/module-info.java");
    assertTrue(Files.readString(module).contains("module org.example.newdriver {"));
  }

  @Test
  void badNamesAreRefused() {
    assertRefused(2, "\"Toy\" is no driver id", "driver", "new", "Toy");
    assertRefused(2, "is no driver id", "driver", "new", "../x");
    assertRefused(2, "is no driver id", "driver", "new", "a".repeat(33));
    assertRefused(2, "Missing required parameter", "driver", "new");
    for (String home : List.of("x", "com.example.", "com.Example", "a.int", "java.x", "a/b.c")) {
      assertRefused(2, "is no package of yours", "driver", "new", "x", "--package", home);
    }
  }

  @Test
  void whatIsThereStays() throws IOException {
    Path project = folder.resolve("full");
    Files.createDirectories(project);
    Files.writeString(project.resolve("mine.txt"), "mine");
    String[] words = {"driver", "new", "toy", "--dir", project.toString()};
    assertRefused(1, "is not empty. Name another one with --dir.", words);
    assertEquals(List.of("mine.txt"), files(project));
    Path file = project.resolve("mine.txt");
    assertRefused(1, "mine.txt is no folder.", "driver", "new", "toy", "--dir", file.toString());
    assertEquals("mine", Files.readString(file));
  }
}
