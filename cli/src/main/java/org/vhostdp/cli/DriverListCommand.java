package org.vhostdp.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.vhostdp.cli.json.Json;
import org.vhostdp.cli.text.Table;
import org.vhostdp.dataplane.driver.DriverDescriptor;
import org.vhostdp.dataplane.driver.DriverStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code vhost-dp driver list}: reads descriptors, loads nothing. */
@Command(
    name = "list",
    description = {"List the drivers in the store, refused ones too. Nothing is loaded.", ""},
    footerHeading = "%nExamples:%n",
    footer = {"  vhost-dp driver list", "  vhost-dp driver list --json"})
final class DriverListCommand implements Callable<Integer> {
  @Mixin private StoreOptions options;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  DriverListCommand() {}

  @Override
  public Integer call() throws CommandFailed {
    PrintWriter out = spec.commandLine().getOut();
    List<DriverStore.Entry> entries = options.open().entries();
    if (options.json()) {
      List<Object> list = new ArrayList<>();
      entries.forEach(entry -> list.add(json(entry)));
      out.println(Json.pretty(list));
      return Exit.OK;
    }
    Table table = new Table("DRIVER", "VERSION", "SPI", "SUMMARY", "FOLDER");
    List<String> refused = new ArrayList<>();
    for (DriverStore.Entry entry : entries) {
      DriverDescriptor d = entry.descriptor();
      if (d == null) {
        refused.add(entry.refusal());
      } else {
        table.row(d.id(), d.version(), d.spi(), d.summary(), entry.folder());
      }
    }
    table.lines().forEach(out::println);
    refused.forEach(sentence -> out.println("Refused: " + sentence));
    return Exit.OK;
  }

  private static Map<String, Object> json(DriverStore.Entry entry) {
    Map<String, Object> out = new LinkedHashMap<>();
    DriverDescriptor d = entry.descriptor();
    out.put("id", d == null ? null : d.id());
    out.put("version", d == null ? null : d.version().toString());
    out.put("spi", d == null ? null : d.spi().toString());
    out.put("summary", d == null ? null : d.summary());
    out.put("folder", entry.folder().toString());
    out.put("refusal", entry.refusal());
    return out;
  }
}
