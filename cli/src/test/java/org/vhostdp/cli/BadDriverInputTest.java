package org.vhostdp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Commands on installed drivers, asked for what they cannot do: a sentence, and no change. */
final class BadDriverInputTest {
  @TempDir private Path temp;
  private InstalledToys toys;

  @BeforeEach
  void install() throws Exception {
    toys = new InstalledToys(temp);
  }

  static Stream<Arguments> changes() {
    return Stream.of(
        Arguments.of(2, "Missing required parameter: 'ID'", "enable"),
        Arguments.of(1, "No driver \"tyo\" is installed in ", "enable tyo"),
        Arguments.of(1, "No driver \"../toy\" is installed", "enable ../toy"),
        Arguments.of(1, "No driver \"TOY\" is installed", "enable TOY"),
        Arguments.of(2, "\"new\" is not a version; write major.minor", "enable toy new"),
        Arguments.of(2, "\"1\" is not a version", "enable toy 1"),
        Arguments.of(2, "\"-1.0\" ", "enable toy -1.0"),
        Arguments.of(
            1,
            "Version 3.0.0 of the driver toy is not installed. Installed: 2.0.0, 1.0.0.",
            "enable toy 3.0"),
        Arguments.of(2, "Missing required parameter: 'ID'", "disable"),
        Arguments.of(1, "No driver \"tyo\" is installed in ", "disable tyo"),
        Arguments.of(2, "\"2.0.0\" has no meaning here.", "disable toy 2.0.0"),
        Arguments.of(2, "Missing required parameter: 'ID'", "rollback"),
        Arguments.of(1, "No driver \"tyo\" is installed in ", "rollback tyo"),
        Arguments.of(2, "Missing required parameter: 'ID'", "remove"),
        Arguments.of(1, "No driver \"tyo\" is installed in ", "remove tyo"),
        Arguments.of(1, "The driver toy has 2 versions installed. Name the one", "remove toy"),
        Arguments.of(1, "has 2 versions installed", "remove toy --force"),
        Arguments.of(1, "The driver toy 2.0.0 is active. Disable it first,", "remove toy 2.0.0"),
        Arguments.of(1, "Version 9.9.0 of the driver toy is not", "remove toy 9.9 --force"),
        Arguments.of(2, "\"all\" is not a version", "remove toy all"),
        Arguments.of(1, "There is no driver \"tyo\" in [", "verify tyo"),
        Arguments.of(
            2, "--level: \"high\" is no trust level; there are none", "verify --level high"),
        Arguments.of(2, "Unknown option: '--levle", "verify --levle=none"),
        Arguments.of(1, "There is no driver \"tyo\" in [", "show tyo"),
        Arguments.of(2, "Missing required option: '--html=DIR'", "catalogue"));
  }

  @ParameterizedTest
  @MethodSource("changes")
  void isRefused(int code, String sentence, String words) throws Exception {
    if (words.startsWith("show") || words.startsWith("catalogue")) {
      // These take no configuration.
      List<String> before = ToyPackages.listing(toys.data());
      String line = "driver " + words + " --data " + toys.data();
      Invocation done = Invocation.of(line.split(" "));
      assertEquals(code, done.code(), done::toString);
      assertTrue(done.err().startsWith("vhost-dp: " + sentence), done::err);
      assertEquals(before, ToyPackages.listing(toys.data()));
    } else {
      toys.refused(code, sentence, words.split(" "));
    }
  }

  @Test
  void whatWasDoneAlready() throws Exception {
    assertEquals(0, toys.driver("rollback", "toy").code());
    toys.refused(1, "The driver toy has no earlier version to go back to.", "rollback", "toy");
    assertEquals(0, toys.driver("disable", "toy").code());
    toys.refused(1, "The driver toy is not enabled.", "disable", "toy");
    toys.refused(1, "The driver toy is installed but disabled.", "verify", "toy");
  }

  @Test
  void aVersionThatWasDamagedIsNeitherEnabledNorGoneBackTo() throws Exception {
    toys.damage("1.0.0");
    String sentence = "was changed after it was installed: the file lib/driver.jar is not what was";
    toys.refused(1, sentence, "enable", "toy", "1.0.0");
    toys.refused(1, sentence, "rollback", "toy");
    List<String> before = ToyPackages.listing(toys.data());
    for (String command : List.of("verify", "doctor")) {
      Invocation done = toys.driver(command);
      assertEquals(1, done.code(), done::toString);
      assertTrue(done.out().contains("WRONG  toy 1.0.0: The driver toy 1.0.0 in "), done::out);
      assertTrue(done.out().contains(sentence), done::out);
    }
    Invocation list = toys.driver("list");
    assertEquals(0, list.code());
    assertTrue(list.out().contains("Refused: The driver toy 1.0.0 in "), list::out);
    assertEquals(before, ToyPackages.listing(toys.data()));
    assertEquals(0, toys.driver("remove", "toy", "1.0.0").code());
    assertEquals(0, toys.driver("verify").code());
  }

  static Stream<Arguments> configurations() {
    return Stream.of(
        Arguments.of(
            "[trust]\nminimum = \"high\"\n",
            ":2: In [trust]: minimum = \"high\" is not \"none\", \"self\", \"vendor\" or"
                + " \"project\"."),
        Arguments.of("[trust]\nminimum = 3\n", ":2: In [trust]: minimum = 3 is not \"none\","),
        Arguments.of("[trust]\nminimum = [\"self\"]\n", ":2: In [trust]: minimum = [self] is not"),
        Arguments.of("[trust]\nminimun = \"self\"\n", "the key \"minimun\" is unknown"),
        Arguments.of("[trust]\nfolder = 7\n", ":2: In [trust]: folder = 7 is not the path of"),
        Arguments.of("[trust]\nfolder = \"\"\n", ":2: In [trust]: folder = \"\" is not the path"),
        Arguments.of("[trsut]\n", ":1: \"trsut\" is no section; there are "),
        Arguments.of(
            "[market]\nrepositories = 5\n",
            ":2: In [market]: repositories = 5 is not a list of https: and file: URLs."),
        Arguments.of("[market]\nrepositories = [\"http://x/\"]\n", ":2: In [market]: repositories"),
        Arguments.of("[market]\nrepositories = [\"a b\"]\n", "is not a list of https: and file:"),
        Arguments.of("[market]\nrepositories = [[]]\n", "is not a list of https: and file: URLs"),
        Arguments.of("[market]\nrepository = \"file:/x\"\n", "the key \"repository\" is unknown"),
        Arguments.of("[market\n", ":1: "));
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void aConfigurationThatIsWrong(String text, String sentence) throws Exception {
    String config = toys.config(text).toString();
    for (String words :
        List.of(
            "install /none",
            "install a:b:1",
            "enable toy 1.0.0",
            "disable toy",
            "rollback toy",
            "remove toy 1.0.0",
            "verify",
            "search",
            "list",
            "doctor")) {
      toys.refused(2, sentence, (words + " --config " + config).split(" "));
    }
  }

  @Test
  void placesThatAreNotThere() throws Exception {
    String none = temp.resolve("none").toString();
    for (String words : List.of("enable toy 1.0.0", "rollback toy", "verify", "list", "doctor")) {
      toys.refused(
          2, "There is no trust folder " + none + ".", (words + " --trust " + none).split(" "));
      toys.refused(2, "There is no file " + none + ".", (words + " --config " + none).split(" "));
    }
    for (String words : List.of("verify", "list", "doctor")) {
      toys.refused(
          2, "The driver store " + none + " is no folder", (words + " --store " + none).split(" "));
    }
    Path file = Files.writeString(temp.resolve("file"), "mine");
    Invocation verify = toys.driver("verify", "--data", file.toString());
    assertEquals(1, verify.code(), verify::toString);
    assertTrue(verify.out().contains("The store " + file + "/drivers/store cannot be read"));
    assertEquals("mine", Files.readString(file));
  }

  @Test
  void trustThatIsAskedForAndNotThere() throws Exception {
    String vendor = toys.config("[trust]\nminimum = \"vendor\"\n").toString();
    String sentence = "It has no certificate attest/certificate.dsse.json, and the level vendor";
    toys.refused(1, sentence, "enable", "toy", "1.0.0", "--config", vendor);
    toys.refused(1, sentence, "rollback", "toy", "--config", vendor);
    Path other = toys.packages().folder(toys.packages().files("other", "1.0.0"));
    toys.refused(1, sentence, "install", other.toString(), "--config", vendor);
    Invocation verify = toys.driver("verify", "--level", "vendor");
    assertEquals(1, verify.code());
    assertTrue(verify.out().contains(sentence), verify::out);
    Path trust = Files.createDirectories(temp.resolve("trust"));
    Files.writeString(trust.resolve("revoked"), "nonsense\n");
    toys.refused(
        1,
        "revoked:1: \"nonsense\" is neither a key's nor a certificate's SHA-256",
        "rollback",
        "toy",
        "--trust",
        trust.toString());
  }

  static Stream<Arguments> sections() {
    return Stream.of(
        Arguments.of("version = \"new\"", ":3: In [driver.t]: version = \"new\" is not a version"),
        Arguments.of("version = 0.10", ":3: In [driver.t]: version = 0.1 is not a version, or a"),
        Arguments.of("version = \"[1.0,\"", "is not a version, or a range of versions such as"),
        Arguments.of("version = \"\"", "version = \"\" is not a version, or a range of versions"),
        Arguments.of("version = [1.0]", "is not a version, or a range of versions such as"),
        Arguments.of(
            "version = \"[3.0,4.0)\"",
            ":1: In [driver.t]: No version of the driver toy is in the range [3.0,4.0)."),
        Arguments.of("version = \"1.1\"", "Installed: 2.0.0, 1.0.0."),
        Arguments.of(
            "trust = \"high\"", ":3: In [driver.t]: trust = \"high\" is not \"none\", \"self\","),
        Arguments.of("trust = true", ":3: In [driver.t]: trust = true is not \"none\","),
        Arguments.of(
            "trust = \"self\"",
            "It has no certificate attest/certificate.dsse.json, and the level"));
  }

  @ParameterizedTest
  @MethodSource("sections")
  void aSectionThatIsWrong(String key, String sentence) throws Exception {
    String file =
        toys.config("[driver.t]\ntype = \"toy\"\n" + key + "\n[netdev.n]\ndriver = \"t\"\n")
            .toString();
    List<String> before = ToyPackages.listing(toys.data());
    String data = toys.data().toString();
    for (String words : List.of("config check " + file, "run --config " + file + " --try")) {
      Invocation done = Invocation.of((words + " --data " + data).split(" "));
      assertEquals(2, done.code(), done::toString);
      assertTrue(done.err().contains(sentence), done::err);
      assertFalse(done.err().contains("\tat "), done::err);
    }
    assertEquals(before, ToyPackages.listing(toys.data()));
  }
}
