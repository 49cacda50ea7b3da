package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.spi.ConfigKey;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortConfig;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.SpiVersion;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.Version;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.rule.Trial;

/** Values of confidential keys, and every text that a driver writes. */
final class Secrets {
  private Secrets() {}

  static void appearNowhere(Trial trial) throws Exception {
    Wire wire = trial.wire(Harness.Request.plain());
    int secrets = 0;
    for (ConfigKey key : trial.driver().schema().keys()) {
      if (key.secret()) {
        String secret = "hush" + trial.random().nextInt(1_000_000, 10_000_000);
        for (String value : List.of(secret, secret + '\0')) {
          requireHidden(key.name(), secret, texts(trial, wire, key.name(), value));
        }
        secrets++;
      }
    }
    trial.observe("The schema has " + secrets + " secret keys");
  }

  private static void requireHidden(String key, String secret, List<String> texts) {
    for (String text : texts) {
      require(
          !text.contains(secret),
          "the value of the secret key %s was written: %s",
          key,
          text.replace(secret, "..."));
    }
  }

  private static List<String> texts(Trial trial, Wire wire, String key, String value) {
    List<String> texts = new ArrayList<>();
    Map<String, String> values = new HashMap<>(wire.config());
    values.put(key, value);
    try {
      PortConfig config = trial.config(values);
      texts.add(config.toString());
      try (Port port = trial.driver().open(config, listener(texts))) {
        texts.add(port.toString());
        texts.add(port.capabilities().describe().toString());
        port.configure(PortSettings.defaults());
        port.start();
        Statistics counters = new Statistics();
        port.statistics(counters);
        texts.add(counters.more().toString());
      }
    } catch (DriverException e) {
      texts.add(e.toString());
    }
    texts.add(trial.driver().toString() + trial.driver().info());
    return texts;
  }

  private static Host listener(List<String> texts) {
    return new Host() {
      @Override
      public Version spiVersion() {
        return SpiVersion.CURRENT;
      }

      @Override
      public void log(System.Logger.Level level, String message) {
        texts.add(message);
      }
    };
  }
}
