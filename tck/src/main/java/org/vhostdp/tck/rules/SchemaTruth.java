package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vhostdp.spi.ConfigKey;
import org.vhostdp.spi.ConfigSchema;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortConfig;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.rule.Broken;
import org.vhostdp.tck.rule.Trial;

/** A schema against the values that it takes and refuses. */
final class SchemaTruth {
  private static final String NO_KEY = "no-such-key";
  private static final Pattern RANGE = Pattern.compile("from (-?\\d+) to (-?\\d+)");
  private static final Pattern WORDS = Pattern.compile("one of (.*)");

  private SchemaTruth() {}

  static void wrongKeysAreRefusedByName(Trial trial) throws Exception {
    ConfigSchema schema = trial.driver().schema();
    Wire wire = trial.wire(Harness.Request.plain());
    requireRefused(trial, with(wire, NO_KEY, "1"), NO_KEY, "unknown");
    for (ConfigKey key : schema.keys()) {
      String malformed = key.type() == ConfigKey.Type.STRING ? "a\0b" : "\0";
      requireRefused(trial, with(wire, key.name(), malformed), key.name(), "malformed");
      if (key.required() && key.defaultValue() == null) {
        Map<String, String> without = new HashMap<>(wire.config());
        without.remove(key.name());
        requireRefused(trial, without, key.name(), "missing");
      }
    }
  }

  private static Map<String, String> with(Wire wire, String key, String value) {
    Map<String, String> values = new HashMap<>(wire.config());
    values.put(key, value);
    return values;
  }

  private static void requireRefused(
      Trial trial, Map<String, String> values, String key, String how) {
    String message = "";
    try {
      trial.config(values);
    } catch (DriverException e) {
      message = e.getMessage();
    }
    require(!message.isEmpty(), "the schema took the %s key %s", how, key);
    require(message.contains(key), "the refusal of the %s key %s does not name it", how, key);
  }

  static void whatItAcceptsOpenAccepts(Trial trial) throws Exception {
    Wire wire = trial.wire(Harness.Request.plain());
    int tried = 0;
    for (ConfigKey key : trial.driver().schema().keys()) {
      String own = key.defaultValue();
      require(
          own == null || key.accepts(own),
          "the key %s does not accept its own default %s",
          key.name(),
          own);
      for (String value : samples(key)) {
        open(trial, with(wire, key.name(), value), key.name(), value);
        tried++;
      }
    }
    trial.observe(tried + " values of the schema's keys were tried");
  }

  /** The ends of ranges, every word of a list, and one value of any other form. */
  private static List<String> samples(ConfigKey key) {
    List<String> samples = new ArrayList<>();
    Matcher range = RANGE.matcher(key.form());
    Matcher words = WORDS.matcher(key.form());
    if (key.type() == ConfigKey.Type.INTEGER && range.find()) {
      samples.add(range.group(1));
      samples.add(range.group(2));
    } else if (key.type() == ConfigKey.Type.CHOICE && words.find()) {
      samples.addAll(List.of(words.group(1).split(", ")));
    } else {
      samples.addAll(List.of("true", "false", "?", "/no/such/path", "02:00:00:00:00:77"));
    }
    samples.removeIf(value -> !key.accepts(value));
    return samples;
  }

  /** Opens and closes, or fails with a sentence that names a key if the configuration is why. */
  private static void open(Trial trial, Map<String, String> values, String key, String value)
      throws Exception {
    PortConfig config = trial.config(values);
    try (Port port = trial.driver().open(config, trial.host())) {
      require(port != null, "open with %s = %s gave no port", key, value);
    } catch (DriverException e) {
      require(
          e.reason() != DriverException.Reason.CONFIGURATION || namesOne(trial, e.getMessage()),
          "open refused %s = %s without naming a key: %s",
          key,
          value,
          e.getMessage());
    } catch (RuntimeException e) {
      throw e instanceof Broken
          ? e
          : new Broken("the schema accepts %s = %s, but open threw %s".formatted(key, value, e));
    }
  }

  private static boolean namesOne(Trial trial, String message) {
    return trial.driver().schema().keys().stream().anyMatch(key -> message.contains(key.name()));
  }
}
