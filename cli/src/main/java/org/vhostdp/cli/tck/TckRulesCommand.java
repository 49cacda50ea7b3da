package org.vhostdp.cli.tck;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.CommandFailed;
import org.vhostdp.cli.CommonOptions;
import org.vhostdp.cli.Exit;
import org.vhostdp.cli.text.Table;
import org.vhostdp.spi.Driver;
import org.vhostdp.tck.mutant.Mutant;
import org.vhostdp.tck.mutant.Mutants;
import org.vhostdp.tck.report.SpiSpecification;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.run.KitRefused;
import org.vhostdp.tck.run.Selection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vhost-dp tck rules}. */
@Command(
    name = "rules",
    description = {
      "List the rules that every driver is tried by, or explain some: the sentence, the type of the"
          + " SPI that states it, and the broken drivers that prove its test.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp tck rules",
      "  vhost-dp tck rules TX-3",
      "  vhost-dp tck rules ownership --json"
    })
final class TckRulesCommand implements Callable<Integer> {
  private static final String INDENT = "  ";

  @Parameters(
      arity = "0..*",
      paramLabel = "RULE|GROUP",
      description = "Number of a rule, or name of a group.")
  private List<String> names = new ArrayList<>();

  @Option(names = "--json", description = "Show it as JSON.")
  private boolean json;

  @Option(names = "--markdown", description = "Print docs/spi-specification.md: every sentence.")
  private boolean markdown;

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  TckRulesCommand() {}

  @Override
  public Integer call() throws CommandFailed {
    if (markdown) {
      if (json || !names.isEmpty()) {
        throw new CommandFailed(Exit.USAGE, "--markdown prints every rule, and stands alone.");
      }
      spec.commandLine().getOut().print(SpiSpecification.markdown());
      return Exit.OK;
    }
    List<Rule> rules = new ArrayList<>();
    try {
      new Selection(names).groups().values().forEach(rules::addAll);
    } catch (KitRefused e) {
      throw new CommandFailed(Exit.USAGE, e.getMessage(), e);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.pretty(rules.stream().map(TckRulesCommand::json).toList()));
    } else if (names.isEmpty()) {
      list(out, rules);
    } else {
      rules.forEach(rule -> explain(out, rule));
    }
    return Exit.OK;
  }

  private static void list(PrintWriter out, List<Rule> rules) {
    Table table = new Table("GROUP", "RULE", "TITLE", "ONLY WITH");
    for (Rule rule : rules) {
      String need = rule.need().ability();
      table.row(rule.group().title(), rule.id(), rule.title(), need.isEmpty() ? null : need);
    }
    table.lines().forEach(out::println);
  }

  private static void explain(PrintWriter out, Rule rule) {
    out.println(rule.id() + INDENT + rule.title());
    out.println(INDENT + rule.sentence());
    out.println(INDENT + "stated in  " + source(rule));
    out.println(INDENT + "group      " + rule.group().title());
    String need = rule.need().ability();
    out.println(
        INDENT + "applies to " + (need.isEmpty() ? "every driver" : "drivers with " + need));
    for (Mutant mutant : Mutants.of(rule.id())) {
      out.println(INDENT + "broken by  " + mutant.name());
    }
    out.println();
  }

  private static String source(Rule rule) {
    return Driver.class.getPackageName() + "." + rule.source();
  }

  private static Map<String, Object> json(Rule rule) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("id", rule.id());
    out.put("title", rule.title());
    out.put("group", rule.group().title());
    out.put("need", rule.need().ability());
    out.put("source", source(rule));
    out.put("sentence", rule.sentence());
    out.put("mutants", Mutants.of(rule.id()).stream().map(Mutant::name).toList());
    return out;
  }
}
