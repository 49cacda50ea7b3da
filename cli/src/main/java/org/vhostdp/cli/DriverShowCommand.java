package org.vhostdp.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.config.ConfigRefused;
import org.vhostdp.cli.text.Table;
import org.vhostdp.spi.ConfigKey;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.Probe;
import org.vhostdp.store.DriverDescriptor;
import org.vhostdp.store.DriverRefused;
import org.vhostdp.store.DriverRequest;
import org.vhostdp.store.DriverStore;
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

  @Mixin private DriverOptions options;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  DriverShowCommand() {}

  @Override
  public Integer call() throws CommandFailed, ConfigRefused {
    PrintWriter out = spec.commandLine().getOut();
    DriverStore store = options.open();
    try {
      DriverStore.Entry entry = store.entry(DriverRequest.of(id));
      Driver driver = store.load(id);
      DriverFinding finding = DriverFinding.of(store, entry, null);
      if (options.json()) {
        out.println(Json.pretty(json(finding, driver)));
      } else {
        print(out, finding, driver);
      }
      return Exit.OK;
    } catch (DriverRefused e) {
      throw new CommandFailed(Exit.FAILED, e.getMessage(), e);
    }
  }

  private static Map<String, Object> json(DriverFinding finding, Driver driver) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("id", driver.info().id());
    out.put("version", driver.info().version().toString());
    out.put("summary", driver.info().summary());
    out.put("spi", driver.info().spi().toString());
    out.put("libraries", finding.entry().descriptor().libraries());
    out.put("privileges", finding.entry().descriptor().privileges().orElse(null));
    out.put("module", finding.entry().descriptor().module());
    out.put("folder", finding.entry().folder().toString());
    out.put("trust", finding.json().get("trust"));
    out.put("signer", finding.json().get("signer"));
    out.put("certificate", finding.certificate());
    out.put("warnings", finding.json().get("warnings"));
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

  private static String privileges(List<String> names) {
    return (names.isEmpty() ? "no privilege" : String.join(" ", names))
        + ", and CAP_SYS_ADMIN to enter another network namespace";
  }

  private static void print(PrintWriter out, DriverFinding finding, Driver driver) {
    out.println(driver.info() + ": " + driver.info().summary());
    out.println("module   " + finding.entry().descriptor().module());
    out.println("folder   " + finding.entry().folder());
    out.println("trust    " + finding.trust() + ", certificate: " + finding.certificate());
    out.println("SPI      " + driver.info().spi());
    DriverDescriptor d = finding.entry().descriptor();
    if (!d.libraries().isEmpty()) {
      out.println("needs    " + String.join(" ", d.libraries()));
    }
    d.privileges().ifPresent(names -> out.println("asks for " + privileges(names)));
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
