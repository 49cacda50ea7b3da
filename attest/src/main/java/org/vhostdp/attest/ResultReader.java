package org.vhostdp.attest;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads a result field by field. Fields that it does not know are left alone. */
final class ResultReader {
  private ResultReader() {}

  static TckResult read(Fields f) throws Refused {
    return new TckResult(
        kit(f.object("kit")),
        f.word("spi"),
        driver(f.object("driver")),
        files(f.object("files")),
        f.textMap("capabilities"),
        f.texts("abilities"),
        harness(f.object("harness")),
        machine(f.object("machine")),
        rules(f),
        mutants(f),
        performance(f),
        verdict(f),
        times(f.object("times")));
  }

  private static TckResult.Kit kit(Fields f) throws Refused {
    long count = f.whole("count", 1);
    return new TckResult.Kit(
        f.word("version"), f.digest("rules"), (int) Math.min(count, Integer.MAX_VALUE));
  }

  private static TckResult.Driver driver(Fields f) throws Refused {
    return new TckResult.Driver(f.word("id"), f.word("version"), f.word("module"), f.word("spi"));
  }

  private static SortedMap<String, String> files(Fields f) throws Refused {
    SortedMap<String, String> files = new TreeMap<>();
    for (String name : f.names()) {
      for (String part : name.split("/", -1)) {
        if (part.isEmpty() || part.equals(".") || part.equals("..")) {
          throw f.refused(name, "is no path inside a folder");
        }
      }
      files.put(name, f.digest(name));
    }
    return files;
  }

  private static TckResult.Harness harness(Fields f) throws Refused {
    return new TckResult.Harness(f.text("describe"), f.textMap("config"));
  }

  private static Machine machine(Fields f) throws Refused {
    return new Machine(f.word("kernel"), f.word("jdk"), f.word("architecture"), f.text("device"));
  }

  private static List<TckResult.RuleResult> rules(Fields f) throws Refused {
    List<TckResult.RuleResult> rules = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (Fields each : f.objects("rules")) {
      if (!ids.add(each.word("id"))) {
        throw each.refused("id", "is there twice");
      }
      rules.add(
          new TckResult.RuleResult(
              each.word("id"),
              each.text("title"),
              each.text("group"),
              each.text("need"),
              status(each),
              each.text("sentence"),
              each.whole("seed", Long.MIN_VALUE),
              each.texts("observations")));
    }
    return rules;
  }

  private static TckResult.Status status(Fields f) throws Refused {
    String word = f.text("status");
    for (TckResult.Status status : TckResult.Status.values()) {
      if (status.word().equals(word)) {
        return status;
      }
    }
    throw f.refused("status", "is neither pass, fail nor skip");
  }

  private static List<TckResult.MutantResult> mutants(Fields f) throws Refused {
    List<TckResult.MutantResult> mutants = new ArrayList<>();
    for (Fields each : f.objects("mutants")) {
      mutants.add(
          new TckResult.MutantResult(
              each.word("name"), each.word("rule"), each.flag("killed"), each.text("sentence")));
    }
    return mutants;
  }

  private static List<TckResult.Measurement> performance(Fields f) throws Refused {
    List<TckResult.Measurement> figures = new ArrayList<>();
    for (Fields each : f.objects("performance")) {
      figures.add(
          new TckResult.Measurement(each.word("name"), each.number("value"), each.text("unit")));
    }
    return figures;
  }

  private static boolean verdict(Fields f) throws Refused {
    return switch (f.text("verdict")) {
      case "pass" -> true;
      case "fail" -> false;
      default -> throw f.refused("verdict", "is neither pass nor fail");
    };
  }

  private static TckResult.Times times(Fields f) throws Refused {
    Fields each = f.object("nanos");
    SortedMap<String, Long> nanos = new TreeMap<>();
    for (String rule : each.names()) {
      nanos.put(rule, each.whole(rule, 0));
    }
    return new TckResult.Times(f.instant("began"), f.instant("ended"), nanos);
  }
}
