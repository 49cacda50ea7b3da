package org.vhostdp.rig;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/** The words of {@code ./build guest}. */
record GuestOptions(GuestPlan plan, List<String> command, Duration limit, Path reports) {
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final Duration SHELL_LIMIT = Duration.ofHours(8);

  static GuestOptions read(List<String> words) {
    GuestPlan plan = GuestPlan.standard();
    List<String> command = List.of();
    Duration limit = null;
    Path reports = null;
    Duration boot = plan.bootLimit();
    for (Iterator<String> rest = words.iterator(); rest.hasNext(); ) {
      String word = rest.next();
      if (word.equals("--")) {
        command =
            Stream.generate(() -> 0)
                .takeWhile(any -> rest.hasNext())
                .map(any -> rest.next())
                .toList();
        continue;
      }
      if (!rest.hasNext()) {
        throw new IllegalArgumentException(
            "\"" + word + "\" is unknown or lacks its value; see ./build help");
      }
      String value = rest.next();
      switch (word) {
        case "--memory" -> plan = plan.withMemory(number(word, value));
        case "--cpus" -> plan = plan.withVcpus(number(word, value));
        case "--accel" -> plan = plan.withAccelerator(value);
        case "--append" -> plan = plan.withAppend(value);
        case "--device" -> plan = plan.withOptions("-device", value);
        case "--netdev" -> plan = plan.withOptions("-netdev", value);
        case "--network" -> plan = plan.withNetwork(value);
        case "--module" -> plan = module(plan, value);
        case "--hugepages" -> plan = plan.withHugepages(number(word, value));
        case "--boot-limit" -> boot = Duration.ofSeconds(number(word, value));
        case "--limit" -> limit = Duration.ofSeconds(number(word, value));
        case "--reports" -> reports = Path.of(value).toAbsolutePath();
        default ->
            throw new IllegalArgumentException("unknown option \"" + word + "\"; see ./build help");
      }
    }
    if (limit == null) {
      limit = command.isEmpty() ? SHELL_LIMIT : LIMIT;
    }
    String netmap = System.getenv("NETMAP_KO");
    if (netmap != null && !netmap.isBlank()) {
      plan = plan.withModuleFile(Path.of(netmap).toAbsolutePath());
    }
    return new GuestOptions(
        plan.withLimits(boot, GuestCommand.lifetime(limit)), command, limit, reports);
  }

  /** A file if it looks like one. */
  private static GuestPlan module(GuestPlan plan, String value) {
    return value.contains("/")
        ? plan.withModuleFile(Path.of(value).toAbsolutePath())
        : plan.withModules(value);
  }

  private static int number(String option, String value) {
    try {
      int number = Integer.parseInt(value);
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException wrong) {
      throw new IllegalArgumentException(option + " needs a number, not \"" + value + "\"", wrong);
    }
    throw new IllegalArgumentException(option + " needs a number above 0, not \"" + value + "\"");
  }
}
