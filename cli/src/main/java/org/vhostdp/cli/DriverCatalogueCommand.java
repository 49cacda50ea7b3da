package org.vhostdp.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.vhostdp.attest.Printable;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.catalogue.Catalogue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vhost-dp driver catalogue}: reads files and certificates, loads nothing. */
@Command(
    name = "catalogue",
    description = {
      "Write a static site about the drivers in the store: versions, capabilities, certificates,"
          + " reports. It needs no server and no network. Nothing is loaded.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp driver catalogue --html site",
      "  vhost-dp driver catalogue --html site --store target/store --json",
      "",
      "The folder is replaced as a whole if this command wrote it before; any other folder must be"
          + " empty.",
      "",
      "Exit codes: 0 the site is written, 1 it is not, 2 wrong options."
    })
final class DriverCatalogueCommand implements Callable<Integer> {
  @Option(
      names = "--html",
      paramLabel = "DIR",
      required = true,
      description = "The folder of the site.")
  private Path folder;

  @Mixin private StoreOptions options;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  DriverCatalogueCommand() {}

  @Override
  public Integer call() throws CommandFailed {
    Catalogue catalogue = Catalogue.of(options.open());
    List<String> files = catalogue.write(folder);
    PrintWriter out = spec.commandLine().getOut();
    if (options.json()) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("folder", folder.toString());
      json.put("files", files);
      json.put("drivers", catalogue.json());
      json.put("refused", catalogue.refusals());
      out.println(Json.pretty(json));
    } else {
      out.println(
          "Wrote %d files; open %s."
              .formatted(files.size(), Printable.of(folder.resolve("index.html"))));
      catalogue.refusals().forEach(sentence -> out.println("Left out: " + sentence));
    }
    return Exit.OK;
  }
}
