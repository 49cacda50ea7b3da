package org.vhostdp.cli.tck;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.cli.CommandFailed;
import org.vhostdp.cli.Exit;
import org.vhostdp.cli.StoreOptions;
import org.vhostdp.linux.Capability;
import org.vhostdp.store.DriverDescriptor;
import org.vhostdp.store.DriverRefused;
import org.vhostdp.tck.run.HarnessPlan;
import org.vhostdp.tck.run.KitOptions;
import org.vhostdp.tck.stock.StockPlan;
import org.vhostdp.tck.stock.StockWires;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of {@code vhost-dp tck run}. */
final class TckRunOptions {
  /** Short enough to be typed again. */
  private static final int SEEDS = 1_000_000_000;

  @Option(
      names = "--driver",
      required = true,
      paramLabel = "FOLDER|ID",
      description = "The driver's folder, or the id of one in the store.")
  private String driver;

  @Option(
      names = "--wire",
      paramLabel = "KIND",
      description = "tap, veth or pair (the one that fits the driver's keys).")
  private String wire = "";

  @Option(
      names = "--config",
      paramLabel = "KEY=VALUE",
      description =
          "A key of the driver's configuration. {device}, {netns}, {wire} and {dir} stand for what"
              + " the wire makes, {n} and {pid} for its and the process's number. May be"
              + " repeated.")
  private List<String> config = new ArrayList<>();

  @Option(
      names = "--param",
      paramLabel = "KEY=VALUE",
      description = "A parameter of the wire. May be repeated.")
  private List<String> parameters = new ArrayList<>();

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "Write result.json, junit.xml and report.html there.")
  private Path report;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Repeat the run that had this seed (random).")
  private Long seed;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "RULE|GROUP",
      description =
          "Try these alone; such a run never passes. RULE@SEED repeats the trial that a report"
              + " names.")
  private List<String> only = new ArrayList<>();

  @Option(
      names = "--repeat",
      paramLabel = "N",
      description = "Try each rule so often, or until it fails (1).")
  private int repeat = 1;

  @Option(
      names = "--rule-timeout",
      paramLabel = "SECONDS",
      description = "How long one rule may take (60).")
  private int ruleSeconds = 60;

  @Option(
      names = "--group-timeout",
      paramLabel = "SECONDS",
      description = "How long a group of rules may take (600).")
  private int groupSeconds = 600;

  @Mixin private StoreOptions stores;

  /** For picocli. */
  TckRunOptions() {}

  Path report() {
    return report;
  }

  boolean json() {
    return stores.json();
  }

  /** How the kit is run. */
  KitOptions kit() throws CommandFailed {
    atLeastOne("--repeat", repeat);
    atLeastOne("--rule-timeout", ruleSeconds);
    atLeastOne("--group-timeout", groupSeconds);
    return KitOptions.of(seed == null ? new SecureRandom().nextInt(SEEDS) : seed)
        .withOnly(only)
        .withRepeat(repeat)
        .withRuleLimit(Duration.ofSeconds(ruleSeconds))
        .withGroupLimit(Duration.ofSeconds(groupSeconds));
  }

  private static void atLeastOne(String option, int value) throws CommandFailed {
    if (value < 1) {
      throw new CommandFailed(
          Exit.USAGE, "%s %d is not a number from 1 on.".formatted(option, value));
    }
  }

  /** The driver on its wire. */
  HarnessPlan plan() throws CommandFailed {
    if (!wire.isEmpty() && !StockWires.kinds().contains(wire)) {
      throw new CommandFailed(
          Exit.USAGE,
          "There is no wire \"%s\"; there are %s."
              .formatted(wire, String.join(", ", StockWires.kinds())));
    }
    return HarnessPlan.of(
        new StockPlan(folder(), wire, pairs("--config", config), pairs("--param", parameters)));
  }

  private Path folder() throws CommandFailed {
    Path named = Path.of(driver);
    try {
      if (driver.indexOf('/') >= 0 || Files.isDirectory(named)) {
        return DriverDescriptor.read(named.toAbsolutePath().normalize()).folder();
      }
      return stores.open().find(driver).folder();
    } catch (DriverRefused e) {
      throw new CommandFailed(Exit.USAGE, e.getMessage(), e);
    }
  }

  private static Map<String, String> pairs(String option, List<String> words) throws CommandFailed {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals < 1) {
        // The word may be a secret.
        throw new CommandFailed(
            Exit.USAGE, "A value of %s has not the form KEY=VALUE.".formatted(option));
      }
      String key = word.substring(0, equals);
      if (pairs.put(key, word.substring(equals + 1)) != null) {
        throw new CommandFailed(Exit.USAGE, "%s gives %s twice.".formatted(option, key));
      }
    }
    return pairs;
  }

  /** What a run that could not begin may have lacked: a sentence, or nothing. */
  String advice() {
    if (wire.equals(StockWires.PAIR)
        || Capability.has(Capability.CAP_NET_ADMIN) && Capability.has(Capability.CAP_SYS_ADMIN)) {
      return "";
    }
    return "\nThe wires tap and veth need CAP_NET_ADMIN and CAP_SYS_ADMIN, to make a network"
        + " namespace: run this as root, or inside \"unshare --user --map-root-user\".";
  }
}
