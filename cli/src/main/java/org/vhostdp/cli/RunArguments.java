package org.vhostdp.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * Arguments of {@code vhost-dp run}. Picocli reads them for help, completion and the explanation of
 * mistakes; arguments without any mistake are read by {@link #plain}, since loading picocli takes
 * longer than all the rest of a start.
 */
final class RunArguments {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "Configuration file (TOML); see vhost-dp config example.")
  Path file;

  @Option(
      names = "-object",
      paramLabel = "vhost-dp-TYPE,id=NAME[,KEY=VALUE]...",
      description = "A driver; as a section [driver.NAME]. May be repeated.")
  List<String> objects = new ArrayList<>();

  @Option(
      names = "-netdev",
      paramLabel = "vhost-dp,id=NAME,driver=NAME[,KEY=VALUE]...",
      description = "A port; as a section [netdev.NAME]. May be repeated.")
  List<String> netdevs = new ArrayList<>();

  @Option(
      names = "--store",
      paramLabel = "DIR",
      description = "A folder of drivers, searched first. May be repeated.")
  List<Path> stores = new ArrayList<>();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The folder of installed drivers' data (/var/lib/vhost-dp, or this user's).")
  Path data;

  @Option(names = "--io-threads", paramLabel = "N", description = "Number of IO threads (1).")
  Integer threads;

  @Option(
      names = "--io-cpus",
      paramLabel = "LIST",
      description = "Cores to pin them to, such as 0,2-3 (none).")
  String cpus;

  @Option(
      names = "--spin-us",
      paramLabel = "N",
      description = "Microseconds of polling without work before sleeping (50).")
  Integer spin;

  @Option(
      names = "--busy-time",
      description = "Measure the time of turns with work; shown by status --json.")
  boolean busyTime;

  @Option(
      names = "--socket-path",
      paramLabel = "PATH",
      description = "Socket of the one port there is without a file and -netdev.")
  Path socketPath;

  @Option(
      names = "--fd",
      paramLabel = "N",
      description = "The same, as an inherited descriptor: a connected or listening socket.")
  Integer fd;

  @Option(
      names = "--print-capabilities",
      description = "Print what this back-end program can do, as JSON, and exit.")
  boolean printCapabilities;

  @Option(
      names = "--control",
      paramLabel = "PATH",
      description = "Socket for status and top (in the runtime folder).")
  Path control;

  @Option(names = "--qemu", description = "Print the QEMU command line of every port.")
  boolean qemu;

  @Option(names = "--try", description = "Start everything, end it again and exit.")
  boolean attempt;

  /** For picocli. */
  RunArguments() {}

  /**
   * Reads the words after "run", if each option is written out, known, and has its value.
   *
   * @return null if picocli must say what they mean
   */
  static RunArguments plain(List<String> words) {
    RunArguments arguments = new RunArguments();
    CommonOptions common = new CommonOptions();
    try {
      for (int i = 0; i < words.size(); i++) {
        String word = words.get(i);
        if (arguments.flag(word) || common.flag(word)) {
          continue;
        }
        int equals = word.startsWith("--") ? word.indexOf('=') : -1;
        String value =
            equals > 0 ? word.substring(equals + 1) : i + 1 < words.size() ? words.get(++i) : "";
        String name = equals > 0 ? word.substring(0, equals) : word;
        if (value.isEmpty() || value.startsWith("-") || !arguments.option(name, value)) {
          return null;
        }
      }
      return arguments;
    } catch (NumberFormatException | InvalidPathException e) {
      return null;
    }
  }

  private boolean flag(String word) {
    switch (word) {
      case "--print-capabilities" -> printCapabilities = true;
      case "--busy-time" -> busyTime = true;
      case "--qemu" -> qemu = true;
      case "--try" -> attempt = true;
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Whether the option is known, and was not given before unless it may be repeated. */
  private boolean option(String name, String value) {
    boolean first = true;
    switch (name) {
      case "-object" -> objects.add(value);
      case "-netdev" -> netdevs.add(value);
      case "--store" -> stores.add(Path.of(value));
      case "--data" -> {
        first = data == null;
        data = Path.of(value);
      }
      case "-c", "--config" -> {
        first = file == null;
        file = Path.of(value);
      }
      case "--io-threads" -> {
        first = threads == null;
        threads = Integer.valueOf(value);
      }
      case "--io-cpus" -> {
        first = cpus == null;
        cpus = value;
      }
      case "--spin-us" -> {
        first = spin == null;
        spin = Integer.valueOf(value);
      }
      case "--socket-path" -> {
        first = socketPath == null;
        socketPath = Path.of(value);
      }
      case "--fd" -> {
        first = fd == null;
        fd = Integer.valueOf(value);
      }
      case "--control" -> {
        first = control == null;
        control = Path.of(value);
      }
      default -> {
        return false;
      }
    }
    return first;
  }
}
