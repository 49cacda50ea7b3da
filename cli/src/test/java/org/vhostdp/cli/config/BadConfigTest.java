package org.vhostdp.cli.config;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each way to write a configuration wrongly has its sentence. */
final class BadConfigTest {
  private static final String DRIVER = "[driver.d]\ntype = \"tap\"\n";
  private static final String NETDEV = "[netdev.n]\ndriver = \"d\"\n";

  static Stream<Arguments> files() {
    return Stream.of(
        Arguments.of("", "There is no netdev: add a [netdev.NAME] section."),
        Arguments.of("x = ", "f:1: "),
        Arguments.of("[driver.d\n", "f:1: "),
        Arguments.of("a = 1\na = 2\n", "f:2: "),
        Arguments.of("[netdevs.n]\n", "f:1: \"netdevs\" is no section; there are [dataplane],"),
        Arguments.of("[netdevs.n]\n", "Did you mean \"netdev\"?"),
        Arguments.of("driver = 5\n", "f:1: \"driver\" is a section: write it in brackets."),
        Arguments.of("[netdev]\ndriver = \"d\"\n", "f:2: The section [netdev] has no name"),
        Arguments.of("[[netdev]]\ndriver = \"d\"\n", "\"netdev\" is a section"),
        Arguments.of("[dataplane]\nio-cpus = [\"a\"]\n", "f:2: In [dataplane]: io-cpus = [a] is"),
        Arguments.of("[dataplane]\nio-cpus = \"3-1\"\n", "is not a list of cores such as [0, 1]"),
        Arguments.of("[dataplane]\nio-cpus = 1.5\n", "is not a list of cores such as [0, 1]"),
        Arguments.of("[dataplane]\nio-threads = 257\n", "a whole number from 1 to 256"),
        Arguments.of("[dataplane]\nstores = 7\n", "stores = 7 is not a list of text."),
        Arguments.of("[dataplane]\nstores = [7]\n", "stores = [7] is not a list of text."),
        Arguments.of("[driver.d]\n" + NETDEV, "f:1: In [driver.d]: the key \"type\" is missing"),
        Arguments.of("[driver.d]\ntype = 3\n", "f:2: In [driver.d]: type = 3 is not the id of a"),
        Arguments.of(
            "[driver.d]\ntype = \"tab\"\n", "f:1: In [driver.d]: There is no driver \"tab\" here."),
        Arguments.of(
            "[driver.d]\ntype = \"needy\"\n", "f:1: In [driver.d]: the key \"device\" is missing"),
        Arguments.of(
            DRIVER + "full = \"never\"\n", "f:3: In [driver.d]: full = never is not one of wait"),
        Arguments.of(DRIVER + "depth = 1979-05-27\n", "depth = 1979-05-27 is not a whole number"),
        Arguments.of(DRIVER + "password = {a = 1}\n", "password = (secret) is not text."),
        Arguments.of(DRIVER, "There is no netdev: add a [netdev.NAME] section."),
        Arguments.of("[netdev.n]\n", "f:1: In [netdev.n]: the key \"driver\" is missing"),
        Arguments.of(
            "[netdev.n]\ndriver = \"other\"\n", "The netdev n names the driver other, which is"),
        Arguments.of(
            DRIVER + NETDEV + "[netdev.m]\ndriver = \"d\"\n",
            "The netdevs n and m name the same driver d"),
        Arguments.of(DRIVER + NETDEV + "socket = \"\"\n", "f:5: In [netdev.n]: socket = \"\" is"),
        Arguments.of(
            DRIVER + NETDEV + "socket = \"/tmp/" + "x".repeat(110) + "\"\n",
            "The socket path of netdev n has 115 bytes; the kernel takes 107."),
        Arguments.of(DRIVER + NETDEV + "queues = 1.5\n", "queues = 1.5 is not a whole number"),
        Arguments.of(DRIVER + NETDEV + "queues = 128\n", "a whole number from 1 to 127"),
        Arguments.of(DRIVER + NETDEV + "mtu = 67\n", "a whole number from 68 to 65535"),
        Arguments.of(DRIVER + NETDEV + "mode = \"both\"\n", "mode = \"both\" is not \"server\""),
        Arguments.of(DRIVER + NETDEV + "socket-mode = 600\n", "in octal and in quotes, such as"),
        Arguments.of(DRIVER + NETDEV + "socket-mode = \"0999\"\n", "in octal and in quotes"),
        Arguments.of(
            DRIVER + NETDEV + "mode = \"client\"\nsocket-mode = \"0600\"\n",
            "f:6: In [netdev.n]: socket-mode has no meaning with mode = \"client\""),
        Arguments.of(DRIVER + NETDEV + "mac = \"52:54:00\"\n", "the MAC address of one station"),
        Arguments.of(DRIVER + NETDEV + "mac = \"01:00:5e:00:00:01\"\n", "of one station"),
        Arguments.of(DRIVER + NETDEV + "mac = \"52-54-00-12-34-56\"\n", "of one station"),
        Arguments.of(
            DRIVER + NETDEV + "disable = [\"paked\"]\n",
            "f:5: In [netdev.n]: \"paked\" in \"disable\" is no feature"),
        Arguments.of(DRIVER + NETDEV + "disable = [\"paked\"]\n", "Did you mean \"packed\"?"),
        Arguments.of(
            DRIVER + NETDEV + "disable = [\"protocol_features\"]\n", "is no feature (known: csum"),
        Arguments.of(DRIVER + NETDEV + "config-space = 1\n", "config-space = 1 is not true or"),
        Arguments.of(
            "[dataplane]\nmetrics = \"9464\"\n", "f:2: In [dataplane]: metrics = \"9464\""),
        Arguments.of("[dataplane]\nmetrics = \"1.2.3.4:65536\"\n", "an address and a port such as"),
        Arguments.of("[dataplane]\nmetrics = \"host.example:1\"\n", "an address and a port such"),
        Arguments.of("[dataplane]\nmetrics = \"::1:80\"\n", "an address and a port such as"),
        Arguments.of("[dataplane]\nmetrics = 9464\n", "metrics = 9464 is not an address"),
        Arguments.of(
            DRIVER + NETDEV + "profile = \"ful-1\"\n",
            "f:5: In [netdev.n]: there is no profile \"ful-1\" (known: full-1, compat-1, bare-1)."
                + " Did you mean \"full-1\"?"),
        Arguments.of(DRIVER + NETDEV + "profile = 1\n", "profile = 1 is not the name of a profile"),
        Arguments.of(DRIVER + NETDEV + "driver-queues = 128\n", "a whole number from 0 to 127"),
        Arguments.of(DRIVER + NETDEV + "driver-queues = -1\n", "a whole number from 0 to 127"),
        Arguments.of(
            DRIVER + NETDEV + "steering = \"magic\"\n",
            "f:5: In [netdev.n]: The steering policy \"magic\" is unknown; write \"auto\","),
        Arguments.of(
            DRIVER + NETDEV + "steering = \"policy:none\"\n",
            "There is no steering policy \"none\""),
        Arguments.of(
            DRIVER + NETDEV + "steering = \"ebpf:steer\"\n", "\"steer\" is no plain absolute path"),
        Arguments.of(DRIVER + NETDEV + "steering = []\n", "steering = [] is not the name of a"),
        Arguments.of(
            DRIVER + NETDEV + "flows = [\"nonsense\"]\n",
            "f:5: In [netdev.n]: The flow rule \"nonsense\" is none"),
        Arguments.of(
            DRIVER + NETDEV + "flows = [\"tcp * > *:80 = 1\"]\n",
            "names queue 1, but the port has only queue 0."),
        Arguments.of(DRIVER + NETDEV + "flows = [7]\n", "flows = [7] is not a list of text"),
        Arguments.of(DRIVER + NETDEV + "flows = true\n", "flows = true is not a list of text"),
        Arguments.of(
            DRIVER + NETDEV + "qos = [\"tx rate=0\"]\n", "f:5: In [netdev.n]: Line \"tx rate=0\""),
        Arguments.of(
            DRIVER + NETDEV + "qos = [\"up rate=1mbit\"]\n", "a line begins with tx, rx, queue=N"),
        Arguments.of(
            DRIVER + NETDEV + "qos = [\"rx queue=3 rate=1mbit\"]\n",
            "A line names queue 3, but the port has one queue pair, queue 0."),
        Arguments.of(DRIVER + NETDEV + "qos = 100\n", "qos = 100 is not a list of text"),
        Arguments.of(DRIVER + NETDEV + "stering = \"auto\"\n", "Did you mean \"steering\"?"),
        Arguments.of("[netdev.\"a/b\"]\n", "[netdev.a/b]: \"a/b\" is no name; use 1 to 40 of"),
        Arguments.of("[netdev.\"..\"]\n", "\"..\" is no name"),
        Arguments.of("[dataplane]\nspin-us = 1\n[dataplane]\nspin-us = 2\n", "f:3: "));
  }

  @ParameterizedTest
  @MethodSource("files")
  void isNamed(String text, String sentence) {
    ConfigRefused refused =
        assertThrows(
            ConfigRefused.class,
            () -> new ConfigReader(Path.of("/run/x")).toml("f", text).read().checked(Toy::of));
    assertTrue(refused.getMessage().contains(sentence), refused::getMessage);
  }

  @Test
  void aNameIsDefinedOnce() {
    ConfigReader reader =
        new ConfigReader(Path.of("/run/x")).toml("f", DRIVER + NETDEV).object("vhost-dp-tap,id=d");
    ConfigRefused refused = assertThrows(ConfigRefused.class, () -> reader.read().checked(Toy::of));
    assertTrue(
        refused
            .getMessage()
            .startsWith(
                "-object vhost-dp-tap,id=d: -object id=d is defined a second time; the first is at"
                    + " f:1."),
        refused::getMessage);
  }

  @Test
  void unreadableFilesAreNamed(@TempDir Path folder) throws Exception {
    Path none = folder.resolve("none.toml");
    Path bytes = Files.write(folder.resolve("bytes.toml"), new byte[] {(byte) 0xFF, (byte) 0xFE});
    Path large = Files.write(folder.resolve("large.toml"), new byte[(1 << 20) + 1]);
    assertRefused(none, "There is no file " + none + ".");
    assertRefused(bytes, "The file " + bytes + " is not text in UTF-8.");
    assertRefused(large, "The file " + large + " is larger than 1048576 bytes.");
    assertRefused(folder, "The file " + folder + " cannot be read: Is a directory.");
  }

  private static void assertRefused(Path file, String sentence) {
    ConfigRefused refused =
        assertThrows(
            ConfigRefused.class,
            () -> new ConfigReader(Path.of("/run/x")).file(file).read().checked(Toy::of));
    assertTrue(refused.mistakes().equals(List.of(sentence)), refused::getMessage);
  }
}
