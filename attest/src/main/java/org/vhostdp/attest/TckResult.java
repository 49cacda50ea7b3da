package org.vhostdp.attest;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.vhostdp.attest.json.Json;

/**
 * What the conformance kit found out about one driver: the content of {@code result.json}. Values
 * are copied, in order, and unmodifiable.
 *
 * @param kit which kit
 * @param spi the SPI version of the kit's host
 * @param driver which driver
 * @param files the driver folder's files as {@link FolderDigest} gives them
 * @param capabilities what the open port declared, by name, in words
 * @param abilities the declared abilities, named as the rules name what they need
 * @param harness how the driver was reached
 * @param machine where it ran
 * @param rules every rule of the kit once, in the kit's order
 * @param mutants the broken drivers that were tried on the same wire
 * @param performance figures, never part of the verdict
 * @param passed the verdict as stated; {@link Verdict} computes it anew
 * @param times when and how long
 */
public record TckResult(
    Kit kit,
    String spi,
    Driver driver,
    SortedMap<String, String> files,
    SortedMap<String, String> capabilities,
    List<String> abilities,
    Harness harness,
    Machine machine,
    List<RuleResult> rules,
    List<MutantResult> mutants,
    List<Measurement> performance,
    boolean passed,
    Times times) {

  /** The name of the file in a report folder. */
  public static final String FILE = "result.json";

  /** Copies. */
  public TckResult {
    files = sorted(files);
    capabilities = sorted(capabilities);
    abilities = List.copyOf(new TreeSet<>(abilities));
    rules = List.copyOf(rules);
    mutants = List.copyOf(mutants);
    performance = List.copyOf(performance);
  }

  /**
   * The kit.
   *
   * @param version its version
   * @param rules {@link Sha256} of its rules' numbers and sentences, in their order
   * @param count how many rules it has: a result with fewer never passes
   */
  public record Kit(String version, String rules, int count) {}

  /**
   * The driver, as its descriptor says.
   *
   * @param id what operators write as type
   * @param version its version
   * @param module its Java module
   * @param spi the SPI versions it was built for, as a range
   */
  public record Driver(String id, String version, String module, String spi) {}

  /**
   * The harness.
   *
   * @param describe its words about itself
   * @param config the driver's configuration, secrets redacted
   */
  public record Harness(String describe, SortedMap<String, String> config) {
    /** Copies. */
    public Harness {
      config = sorted(config);
    }
  }

  /** How a rule's trial ended. */
  public enum Status {
    PASS,
    FAIL,
    /** The ability that the rule needs is not declared. */
    SKIP;

    /** As results write it: "pass". */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * One rule.
   *
   * @param id its number, such as "TX-3"
   * @param title what its test shows
   * @param group what it is about
   * @param need the ability it needs, "" if none
   * @param status how its trial ended
   * @param sentence why it failed or was skipped, "" if it passed
   * @param seed repeats the trial
   * @param observations figures and facts, which may differ from run to run
   */
  public record RuleResult(
      String id,
      String title,
      String group,
      String need,
      Status status,
      String sentence,
      long seed,
      List<String> observations) {
    /** Copies; control characters of what a driver may have said are replaced. */
    public RuleResult {
      sentence = Printable.lines(sentence);
      observations = observations.stream().map(Printable::lines).toList();
    }
  }

  /**
   * One broken driver.
   *
   * @param name its name
   * @param rule the number of the rule it breaks
   * @param killed whether the rule's test failed with the mutant's own message
   * @param sentence what the test said
   */
  public record MutantResult(String name, String rule, boolean killed, String sentence) {
    /** Control characters of what was said are replaced. */
    public MutantResult {
      sentence = Printable.lines(sentence);
    }
  }

  /** One figure: what, how much, of what. */
  public record Measurement(String name, double value, String unit) {}

  /**
   * When and how long; no part of what two runs have in common.
   *
   * @param began when the run began
   * @param ended when it ended
   * @param nanos nanoseconds by the number of the rule
   */
  public record Times(Instant began, Instant ended, SortedMap<String, Long> nanos) {
    /** Copies. */
    public Times {
      nanos = Collections.unmodifiableSortedMap(new TreeMap<>(nanos));
    }
  }

  /** The verdict computed from the rules and mutants. */
  public Verdict verdict() {
    return Verdict.of(this);
  }

  /** This result with another verdict stated. */
  public TckResult stating(boolean verdict) {
    return new TckResult(
        kit,
        spi,
        driver,
        files,
        capabilities,
        abilities,
        harness,
        machine,
        rules,
        mutants,
        performance,
        verdict,
        times);
  }

  /**
   * Reads a {@code result.json} of at most 8 MiB.
   *
   * @throws Refused naming the file and the field that is missing or malformed
   */
  public static TckResult read(Path file) throws Refused {
    return parse(textOf(file), Printable.of(file));
  }

  /**
   * The text of a file that may be a result or a certificate, of at most 8 MiB.
   *
   * @throws Refused naming the file, if it is larger, no plain file, or not UTF-8
   */
  public static String textOf(Path file) throws Refused {
    return BoundedFile.text(BoundedFile.bytes(file, BoundedFile.MOST), Printable.of(file));
  }

  /**
   * Reads the text of a result.
   *
   * @param name what refusals call it
   * @throws Refused naming the field that is missing or malformed
   */
  public static TckResult parse(String text, String name) throws Refused {
    return ResultReader.read(Fields.parse(text, name));
  }

  /** The result as values that {@link Json} writes. */
  public Map<String, Object> json() {
    return ResultJson.of(this);
  }

  /** The result as indented JSON, ended by a line feed. */
  public String text() {
    return Json.pretty(json()) + "\n";
  }

  /**
   * Writes the result in one step; a file of that name is replaced, missing folders are made.
   *
   * @throws Refused saying why it could not be written
   */
  public void write(Path file) throws Refused {
    BoundedFile.replace(file, text().getBytes(StandardCharsets.UTF_8));
  }

  private static SortedMap<String, String> sorted(Map<String, String> map) {
    return Collections.unmodifiableSortedMap(new TreeMap<>(map));
  }
}
