package org.vhostdp.tck.run;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vhostdp.attest.FolderDigest;
import org.vhostdp.attest.Machine;
import org.vhostdp.attest.Refused;
import org.vhostdp.attest.TckResult;
import org.vhostdp.attest.json.Json;
import org.vhostdp.spi.SpiVersion;
import org.vhostdp.tck.rule.Outcome;
import org.vhostdp.tck.rule.Rule;

/** Collects what a run finds out. */
final class Facts {
  private static final String NO_MODULE = "(unnamed)";

  private final RuleBook book;
  private final HarnessPlan plan;
  private final Instant began;
  private final SortedMap<String, String> files;
  private final List<TckResult.RuleResult> rules = new ArrayList<>();
  private final List<TckResult.MutantResult> mutants = new ArrayList<>();
  private final List<TckResult.Measurement> performance = new ArrayList<>();
  private final SortedMap<String, Long> nanos = new TreeMap<>();

  /**
   * @throws KitRefused if the driver's folder cannot be read
   */
  Facts(RuleBook book, HarnessPlan plan, Instant began) throws KitRefused {
    this.book = book;
    this.plan = plan;
    this.began = began;
    files = digests(plan);
  }

  /** A vendor's harness has no folder: its result proves nothing about files. */
  private static SortedMap<String, String> digests(HarnessPlan plan) throws KitRefused {
    try {
      return plan.stock() == null ? new TreeMap<>() : FolderDigest.of(plan.stock().folder());
    } catch (Refused e) {
      throw new KitRefused(e.getMessage(), e);
    }
  }

  void add(Rule rule, Outcome outcome) {
    rules.add(
        new TckResult.RuleResult(
            rule.id(),
            rule.title(),
            rule.group().title(),
            rule.need().ability(),
            TckResult.Status.valueOf(outcome.status().name()),
            outcome.sentence(),
            outcome.seed(),
            outcome.observations()));
    nanos.put(rule.id(), outcome.nanos());
  }

  void add(TckResult.MutantResult mutant) {
    mutants.add(mutant);
  }

  /** Figures as a process of the run answers them. */
  void performance(List<?> figures) {
    for (Object figure : figures) {
      Object value = Json.at(figure, "value");
      performance.add(
          new TckResult.Measurement(
              String.valueOf(Json.at(figure, "name")),
              value instanceof Number n ? n.doubleValue() : 0,
              String.valueOf(Json.at(figure, "unit"))));
    }
  }

  /**
   * All of it.
   *
   * @throws KitRefused if the driver's files are others than when the run began
   */
  TckResult result(Survey survey, Instant ended) throws KitRefused {
    if (!digests(plan).equals(files)) {
      throw new KitRefused(
          "Files of the driver in %s changed while it was tested; run the kit again."
              .formatted(plan.stock().folder()));
    }
    String module = survey.module().isEmpty() ? NO_MODULE : survey.module();
    TckResult stated =
        new TckResult(
            KitVersion.of(book.rules()),
            SpiVersion.CURRENT.toString(),
            new TckResult.Driver(survey.id(), survey.version(), module, survey.spi()),
            files,
            new TreeMap<>(survey.capabilities()),
            survey.abilities(),
            new TckResult.Harness(survey.wire(), new TreeMap<>(survey.hide(plan.config()))),
            Machine.here(survey.wire()),
            rules,
            mutants,
            performance,
            false,
            new TckResult.Times(began, ended, nanos));
    return stated.stating(stated.verdict().passed());
  }
}
