package org.vhostdp.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.config.ConfigRefused;
import org.vhostdp.dataplane.config.DataplaneConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code vhost-dp config check}. */
@Command(
    name = "check",
    description = {"Check a configuration file, and name every mistake in it.", ""},
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp config check vhost-dp.toml",
      "  vhost-dp config check --json vhost-dp.toml",
      "",
      "Exit codes: 0 it is right, 2 it has mistakes."
    })
final class ConfigCheckCommand implements Callable<Integer> {
  @Mixin private ConfigFile config;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  ConfigCheckCommand() {}

  @Override
  public Integer call() throws CommandFailed, ConfigRefused {
    PrintWriter out = spec.commandLine().getOut();
    if (config.json()) {
      List<String> mistakes = mistakes();
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("ok", mistakes.isEmpty());
      result.put("mistakes", mistakes);
      out.println(Json.pretty(result));
      return mistakes.isEmpty() ? Exit.OK : Exit.USAGE;
    }
    DataplaneConfig checked = config.read();
    out.println(
        "%s is right: %d netdev%s, %d IO thread%s."
            .formatted(
                config.file(),
                checked.netdevs().size(),
                checked.netdevs().size() == 1 ? "" : "s",
                checked.io().threads(),
                checked.io().threads() == 1 ? "" : "s"));
    for (String section : checked.standby()) {
      out.println(
          "[driver.%s] stands by: no netdev uses it until \"vhost-dp port swap\" does."
              .formatted(section));
    }
    return Exit.OK;
  }

  private List<String> mistakes() throws CommandFailed {
    try {
      config.read();
      return List.of();
    } catch (ConfigRefused e) {
      return e.mistakes();
    }
  }
}
