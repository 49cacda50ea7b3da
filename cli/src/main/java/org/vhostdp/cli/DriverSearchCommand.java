package org.vhostdp.cli;

import java.io.PrintWriter;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.config.ConfigRefused;
import org.vhostdp.cli.text.Table;
import org.vhostdp.store.DriverRefused;
import org.vhostdp.store.market.Catalogue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vhost-dp driver search}. */
@Command(
    name = "search",
    description = {
      "List the drivers that repositories and catalogues offer: what is in their file"
          + " catalogue.json. Nothing of it has been checked; installing checks.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp driver search --repository https://repo.example/drivers",
      "  vhost-dp driver search tap --repository file:/srv/drivers --json",
      "  vhost-dp driver search --catalogue site",
      "",
      "Exit codes: 0 done, also if nothing was found; 1 a catalogue cannot be read, 2 wrong"
          + " options."
    })
final class DriverSearchCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "WORD",
      description = "Part of an id or a summary (all).")
  private String word;

  @Option(
      names = "--repository",
      paramLabel = "URL",
      description = "A repository, https: or file: (the configuration's). May be repeated.")
  private List<String> repositories = new ArrayList<>();

  @Option(
      names = "--catalogue",
      paramLabel = "DIR|URL",
      description = "What \"driver catalogue\" wrote. May be repeated.")
  private List<String> catalogues = new ArrayList<>();

  @Mixin private DriverOptions options;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  DriverSearchCommand() {}

  @Override
  public Integer call() throws CommandFailed, ConfigRefused, DriverRefused {
    List<Catalogue.Offer> found = new ArrayList<>();
    for (URI repository : where()) {
      for (Catalogue.Offer offer : Catalogue.read(repository)) {
        if (word == null || offer.mentions(word)) {
          found.add(offer);
        }
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    if (options.json()) {
      out.println(Json.pretty(found.stream().map(DriverSearchCommand::json).toList()));
      return Exit.OK;
    }
    Table table = new Table("DRIVER", "VERSION", "SPI", "STANDING", "SUMMARY", "INSTALL FROM");
    for (Catalogue.Offer offer : found) {
      String spi = offer.spi() + (offer.fits() ? "" : " (not this one)");
      table.row(
          offer.id(),
          offer.version(),
          spi,
          shown(offer.standing()),
          offer.summary(),
          shown(offer.source()));
    }
    table.lines().forEach(out::println);
    return Exit.OK;
  }

  private List<URI> where() throws CommandFailed, ConfigRefused {
    List<URI> where = new ArrayList<>(DriverOptions.places("--catalogue", catalogues));
    if (where.isEmpty() || !repositories.isEmpty()) {
      where.addAll(options.repositories(repositories));
    }
    if (where.isEmpty()) {
      throw new CommandFailed(
          Exit.USAGE,
          "No repository is known. Name one with --repository, or in the configuration's"
              + " [market], or a catalogue with --catalogue.");
    }
    return where;
  }

  private static String shown(String text) {
    return text.isEmpty() ? "-" : text;
  }

  private static Map<String, Object> json(Catalogue.Offer offer) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("id", offer.id());
    out.put("version", offer.version().toString());
    out.put("spi", offer.spi().toString());
    out.put("fits", offer.fits());
    out.put("summary", offer.summary());
    out.put("standing", offer.standing());
    out.put("source", offer.source());
    return out;
  }
}
