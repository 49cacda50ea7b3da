package org.vhostdp.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.vhostdp.cli.tck.TckCommand;
import picocli.CommandLine;

/** Every command, in the order of the help. */
final class Commands {
  private static final Map<String, Supplier<Object>> COMMANDS = new LinkedHashMap<>();

  static {
    COMMANDS.put("run", RunCommand::new);
    COMMANDS.put("demo", DemoCommand::new);
    COMMANDS.put("status", StatusCommand::new);
    COMMANDS.put("top", TopCommand::new);
    COMMANDS.put("capture", CaptureCommand::new);
    COMMANDS.put("port", PortCommand::new);
    COMMANDS.put("qos", QosCommand::new);
    COMMANDS.put("driver", DriverCommand::new);
    COMMANDS.put("tck", TckCommand::new);
    COMMANDS.put("config", ConfigCommand::new);
    COMMANDS.put("completion", CompletionCommand::new);
  }

  private Commands() {}

  /** Whether a word is a command. */
  static boolean known(String word) {
    return COMMANDS.containsKey(word);
  }

  /**
   * The command line with the one subcommand that is wanted, since reading each costs time at every
   * start; with all of them if that one is unknown.
   */
  static CommandLine line(String wanted) {
    CommandLine root = new CommandLine(new RootCommand());
    COMMANDS.forEach(
        (name, command) -> {
          if (name.equals(wanted) || !COMMANDS.containsKey(wanted) || wanted.equals("completion")) {
            root.addSubcommand(name, command.get());
          }
        });
    Failures failures = new Failures();
    return root.setUsageHelpLongOptionsMaxWidth(30)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler(failures)
        .setExecutionExceptionHandler(failures);
  }
}
