package org.vhostdp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vhostdp.cli.config.ConfigReader;
import org.vhostdp.dataplane.config.DataplaneConfig;
import org.vhostdp.spi.ConfigKey;
import org.vhostdp.spi.ConfigSchema;

/** The example that is printed can be used, and so can each key that it only mentions. */
final class ExampleTest {
  private static final ConfigSchema TAP =
      ConfigSchema.of(
          ConfigKey.string("ifname", "Interface."),
          ConfigKey.string("address", "Addresses."),
          ConfigKey.path("netns", "Namespace."));

  private static DataplaneConfig read(String text) throws Exception {
    return new ConfigReader(Path.of("/run/x")).toml("example", text).read().checked(type -> TAP);
  }

  @Test
  void theExampleIsRight() throws Exception {
    DataplaneConfig config = read(ConfigExampleCommand.text());
    assertEquals(1, config.netdevs().size());
    assertEquals(2, config.netdevs().getFirst().port().queuePairs());
  }

  @Test
  void everyKeyItMentionsIsRight() throws Exception {
    String text = ConfigExampleCommand.text();
    String all = text.replaceAll("(?m)^# ([a-z-]+ = )", "$1");
    assertTrue(!all.equals(text));
    DataplaneConfig config = read(all);
    assertEquals(List.of(2, 3), config.io().cpus());
    assertEquals(1500, config.netdevs().getFirst().port().mtu());
  }
}
