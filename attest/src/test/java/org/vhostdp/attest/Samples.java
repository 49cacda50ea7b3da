package org.vhostdp.attest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A driver folder, a result about it, and keys. */
final class Samples {
  static final Machine MACHINE = new Machine("6.8.0-45-generic", "25.0.1+8", "amd64", "tap");

  private Samples() {}

  static Path driver(Path parent) throws IOException {
    Path folder = Files.createDirectories(parent.resolve("toy"));
    Files.createDirectories(folder.resolve("lib"));
    Files.writeString(
        folder.resolve("driver.properties"), "id=toy\nversion=1.2.0\nmodule=m\nspi=[1.0,2.0)\n");
    Files.writeString(folder.resolve("lib/toy.jar"), "no jar, but bytes");
    return folder;
  }

  static TckResult.RuleResult rule(String id, String need, TckResult.Status status) {
    String sentence = status == TckResult.Status.PASS ? "" : "Seen: " + status.word() + ".";
    return new TckResult.RuleResult(
        id, "shows " + id, "transmit", need, status, sentence, -1234567890123456789L, List.of("3"));
  }

  static List<TckResult.RuleResult> rules() {
    return List.of(
        rule("TX-1", "", TckResult.Status.PASS),
        rule("TX-2", "multiqueue", TckResult.Status.PASS),
        rule("TX-10", "segmentation", TckResult.Status.SKIP));
  }

  static List<TckResult.MutantResult> mutants() {
    return List.of(new TckResult.MutantResult("Loses", "TX-1", true, "One of 4 was lost."));
  }

  static TckResult result(Map<String, String> files) {
    return result(files, rules(), mutants(), true);
  }

  static TckResult result(
      Map<String, String> files,
      List<TckResult.RuleResult> rules,
      List<TckResult.MutantResult> mutants,
      boolean passed) {
    return new TckResult(
        new TckResult.Kit("0.1.0", "ab".repeat(32), Math.max(1, rules.size())),
        "0.1",
        new TckResult.Driver("toy", "1.2.0", "m", "[1.0,2.0)"),
        new TreeMap<>(files),
        new TreeMap<>(Map.of("max-queue-pairs", "4", "features", "timestamps")),
        List.of("multiqueue", "interrupts"),
        new TckResult.Harness("a pair in memory", new TreeMap<>(Map.of("mode", "pair"))),
        MACHINE,
        rules,
        mutants,
        List.of(new TckResult.Measurement("64 bytes", 1.5e6, "packets/s")),
        passed,
        new TckResult.Times(
            Instant.parse("2026-01-02T03:04:05Z"),
            Instant.parse("2026-01-02T03:05:00.5Z"),
            new TreeMap<>(Map.of("TX-1", 1000L))));
  }

  /** The same run at another time, with other figures. */
  static TckResult again(TckResult r) {
    List<TckResult.RuleResult> rules = new ArrayList<>();
    for (TckResult.RuleResult e : r.rules()) {
      rules.add(
          new TckResult.RuleResult(
              e.id(),
              e.title(),
              e.group(),
              e.need(),
              e.status(),
              e.sentence(),
              e.seed(),
              List.of("other")));
    }
    return new TckResult(
        r.kit(),
        r.spi(),
        r.driver(),
        r.files(),
        r.capabilities(),
        r.abilities(),
        r.harness(),
        r.machine(),
        rules,
        r.mutants(),
        List.of(),
        r.passed(),
        new TckResult.Times(Instant.EPOCH, Instant.EPOCH, new TreeMap<>()));
  }

  /** A trust folder with a key in it. */
  static void trust(Path folder, TrustLevel level, String name, SigningKey key) throws IOException {
    Path keys = Files.createDirectories(folder.resolve(level.word()));
    Files.writeString(keys.resolve(name + ".pem"), key.publicKey().pem());
  }
}
