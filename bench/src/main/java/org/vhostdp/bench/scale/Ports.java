package org.vhostdp.bench.scale;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.bench.host.Workspace;

/**
 * Ports of vhost-dp that are all alike, and the configuration file that asks for them.
 *
 * @param file the configuration
 * @param sockets one for each port, in the order of their opening
 */
public record Ports(Path file, List<Path> sockets) {
  /** The reference driver as anybody gets it. */
  public static final String LOOPBACK = "type = \"loopback\"\n";

  /**
   * Writes a configuration.
   *
   * @param count ports, each with a driver of its own
   * @param pairs queue pairs of each
   * @param driver the lines of a driver's section
   */
  public static Ports write(Workspace workspace, int count, int pairs, String driver)
      throws IOException {
    List<Path> sockets = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      Path socket = workspace.fresh(".sock");
      sockets.add(socket);
      text.append("[driver.d%d]\n%s\n".formatted(i, driver.strip()));
      text.append("[netdev.v%d]\ndriver = \"d%d\"\nqueues = %d\n".formatted(i, i, pairs));
      text.append("socket = \"%s\"\n\n".formatted(socket));
    }
    Path file = workspace.fresh(".toml");
    Files.writeString(file, text);
    return new Ports(file, List.copyOf(sockets));
  }

  /** The arguments of {@code vhost-dp run}. */
  public List<String> arguments() {
    return List.of("--config", file.toString());
  }
}
