package org.vhostdp.cli;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.config.ConfigText;
import org.vhostdp.dataplane.config.DataplaneConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code vhost-dp config show}. */
@Command(
    name = "show",
    description = {"Show a configuration as it takes effect, with every default.", ""},
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp config show vhost-dp.toml",
      "  vhost-dp config show --json vhost-dp.toml",
      "",
      "Secrets are left out. Exit codes: 0 done, 2 the file has mistakes."
    })
final class ConfigShowCommand implements Callable<Integer> {
  @Mixin private ConfigFile config;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  ConfigShowCommand() {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    DataplaneConfig checked = config.read();
    Map<String, Object> sections =
        ConfigText.sections(checked, config.policy(), config.metrics(), config.schemas());
    if (config.json()) {
      out.println(Json.pretty(sections));
    } else {
      out.print(ConfigText.toml(sections));
    }
    return Exit.OK;
  }
}
