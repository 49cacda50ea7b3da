package org.vhostdp.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.vhostdp.cli.control.Instances;
import org.vhostdp.cli.control.Instances.Instance;
import picocli.CommandLine.Option;

/** Which running instance a question goes to. */
final class InstanceChoice {
  @Option(
      names = "--control",
      paramLabel = "PATH",
      description = "Control socket of the instance (the only one that runs).")
  private Path control;

  @Option(names = "--pid", paramLabel = "N", description = "Process id of the instance.")
  private Long pid;

  /** For picocli. */
  InstanceChoice() {}

  Path socket() throws CommandFailed {
    if (control != null) {
      return control;
    }
    List<Instance> running = Instances.running();
    if (pid != null) {
      running = running.stream().filter(instance -> instance.pid() == pid).toList();
    }
    if (running.size() == 1) {
      return running.getFirst().socket();
    }
    if (running.isEmpty()) {
      throw new CommandFailed(
          pid == null
              ? "No instance of vhost-dp runs as this user. Start one with \"vhost-dp run\", or"
                  + " name its socket with --control."
              : "No instance of vhost-dp with process id " + pid + " runs as this user.");
    }
    String all =
        running.stream()
            .map(instance -> instance.pid() + " (" + instance.socket() + ")")
            .collect(Collectors.joining(", "));
    throw new CommandFailed(
        Exit.USAGE, "Several instances run: " + all + ". Choose one with --pid or --control.");
  }
}
