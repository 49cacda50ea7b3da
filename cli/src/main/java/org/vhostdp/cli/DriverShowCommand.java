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
import org.vhostdp.dataplane.driver.DriverRefused;
import org.vhostdp.dataplane.driver.DriverStore;
import org.vhostdp.spi.ConfigKey;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.Probe;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vhost-dp driver show}: opens nothing. */
@Command(
    name = "show",
    description = {"Show a driver, its configuration keys, and whether it can run here.", ""},
    footerHeading = "%nExamples:%n",
    footer = {"  vhost-dp driver show tap", "  vhost-dp driver show tap --json"})
final class DriverShowCommand implements Callable<Integer> {
  @Parameters(paramLabel = "ID", description = "Id of the driver, as driver list shows it.")
  private String id;

  @Mixin private StoreOptions options;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  DriverShowCommand() {}

  @Override
  public Integer call() throws CommandFailed {
    PrintWriter out = spec.commandLine().getOut();
    DriverStore store = options.open();
    try {
      DriverDescriptor descriptor = store.find(id);
      Driver driver = store.load(id);
      if (options.json()) {
        out.println(Json.pretty(json(descriptor, driver)));
      } else {
        print(out, descriptor, driver);
      }
      return Exit.OK;
    } catch (DriverRefused e) {
      throw new CommandFailed(Exit.FAILED, e.getMessage(), e);
    }
  }

  private static Map<String, Object> json(DriverDescriptor descriptor, Driver driver) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("id", driver.info().id());
    out.put("version", driver.info().version().toString());
    out.put("summary", driver.info().summary());
    out.put("spi", driver.info().spi().toString());
    out.put("module", descriptor.module());
    out.put("folder", descriptor.folder().toString());
    Probe probe = driver.probe();
    Map<String, Object> here = new LinkedHashMap<>();
    here.put("ok", probe.isOk());
    here.put("reason", probe.reason());
    here.put("advice", probe.advice());
    out.put("probe", here);
    List<Object> keys = new ArrayList<>();
    for (ConfigKey key : driver.schema().keys()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", key.name());
      entry.put("form", key.form());
      entry.put("default", key.defaultValue());
      entry.put("required", key.required());
      entry.put("secret", key.secret());
      entry.put("doc", key.doc());
      keys.add(entry);
    }
    out.put("keys", keys);
    return out;
  }

  private static void print(PrintWriter out, DriverDescriptor descriptor, Driver driver) {
    out.println(driver.info() + ": " + driver.info().summary());
    out.println("module   " + descriptor.module());
    out.println("folder   " + descriptor.folder());
    out.println("SPI      " + driver.info().spi());
    out.println("here     " + driver.probe());
    out.println();
    Table table = new Table("KEY", "FORM", "DEFAULT", "MEANING");
    for (ConfigKey key : driver.schema().keys()) {
      String absent = key.required() ? "(required)" : key.defaultValue();
      table.row(key.name(), key.form(), absent, key.doc());
    }
    table.lines().forEach(out::println);
  }
}
