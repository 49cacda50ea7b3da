package org.vhostdp.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.vhostdp.attest.Printable;

/** The project of the example driver {@code toy}, under another name. */
final class DriverTemplate {
  private static final String ID = "toy";
  private static final String CLASS = "Toy";
  private static final String GROUP = "org.example";
  private static final String HOME = GROUP + "." + ID;
  private static final String PROGRAM = ".ci/run";

  /** Maven leaves a file of this name out of jars. */
  private static final String IGNORED = ".gitignore";

  private static final List<String> FILES =
      List.of(
          "pom.xml",
          "README.md",
          PROGRAM,
          "src/main/store/driver.properties",
          "src/main/java/module-info.java",
          "src/main/java/org/example/toy/ToyDriver.java",
          "src/main/java/org/example/toy/ToyPort.java",
          "src/test/java/org/example/toy/ToyHarness.java",
          "src/test/java/org/example/toy/ToyDriverTest.java");

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");
  private static final Pattern PACKAGE =
      Pattern.compile("[a-z_][a-z0-9_]*(\\.[a-z_][a-z0-9_]*){1,9}");

  private static final Set<String> RESERVED =
      Set.of(
          ("abstract assert boolean break byte case catch char class const continue default do"
                  + " double else enum extends false final finally float for goto if implements"
                  + " import instanceof int interface long native new null package private"
                  + " protected public return short static strictfp super switch synchronized this"
                  + " throw throws transient true try void volatile while _")
              .split(" "));

  private final String name;
  private final String home;

  /**
   * @param name id of the driver
   * @param home its package, or null for the usual one
   * @throws CommandFailed if one of them cannot be used
   */
  DriverTemplate(String name, String home) throws CommandFailed {
    if (!NAME.matcher(name).matches()) {
      throw new CommandFailed(
          Exit.USAGE,
          "\"%s\" is no driver id: use 1 to 32 of a-z, 0-9 and '-', a letter first."
              .formatted(Printable.of(name)));
    }
    this.name = name;
    this.home = home == null ? usual(name) : home;
    check(this.home);
  }

  /** A package named after the driver; some names are words of the language. */
  private static String usual(String name) {
    String word = name.replace("-", "");
    return GROUP + "." + (RESERVED.contains(word) ? word + "driver" : word);
  }

  private static void check(String home) throws CommandFailed {
    boolean reserved =
        Stream.of(home.split("\\.")).anyMatch(RESERVED::contains)
            || home.matches("(java|javax|jdk|org\\.vhostdp)\\..*");
    if (!PACKAGE.matcher(home).matches() || reserved) {
      throw new CommandFailed(
          Exit.USAGE,
          "--package %s is no package of yours: write it like com.example.nic, in small letters."
              .formatted(Printable.of(home)));
    }
  }

  /**
   * Writes the project.
   *
   * @param folder is new or empty
   * @return how many files it has
   */
  int write(Path folder) throws CommandFailed {
    try {
      Map<String, String> texts = texts();
      Files.createDirectories(folder);
      try (Stream<Path> there = Files.list(folder)) {
        if (there.findAny().isPresent()) {
          throw new CommandFailed(
              "The folder %s is not empty. Name another one with --dir."
                  .formatted(Printable.of(folder)));
        }
      }
      for (Map.Entry<String, String> file : texts.entrySet()) {
        Path target = folder.resolve(file.getKey());
        Files.createDirectories(target.getParent());
        Files.writeString(target, file.getValue());
      }
      Files.setPosixFilePermissions(
          folder.resolve(PROGRAM), PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (FileAlreadyExistsException e) {
      throw new CommandFailed(
          Exit.FAILED, Printable.of(e.getFile()) + " is no folder. Name another one.", e);
    } catch (IOException e) {
      throw new CommandFailed(
          Exit.FAILED,
          "The project cannot be written to %s: %s."
              .formatted(Printable.of(folder), Printable.of(String.valueOf(e.getMessage()))),
          e);
    }
    return FILES.size() + 1;
  }

  private Map<String, String> texts() throws IOException {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put(IGNORED, "target/\n*.pem\n");
    for (String file : FILES) {
      texts.put(renamed(file), renamed(text(file)));
    }
    return texts;
  }

  private static String text(String file) throws IOException {
    try (InputStream in = DriverTemplate.class.getResourceAsStream("template/" + file)) {
      if (in == null) {
        throw new IOException("the program's own file template/" + file + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private String renamed(String text) {
    String group = home.substring(0, home.lastIndexOf('.'));
    return text.replace(HOME.replace('.', '/'), home.replace('.', '/'))
        .replace(HOME, home)
        .replace("<groupId>" + GROUP + "<", "<groupId>" + group + "<")
        .replace(CLASS, className())
        .replaceAll("\\b" + ID + "\\b", Matcher.quoteReplacement(name));
  }

  /** my-nic is MyNic. */
  private String className() {
    StringBuilder word = new StringBuilder();
    for (String part : name.split("-")) {
      if (!part.isEmpty()) {
        word.append(Character.toUpperCase(part.charAt(0))).append(part.substring(1));
      }
    }
    return word.toString();
  }
}
