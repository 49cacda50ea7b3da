package org.vhostdp.tck.stock;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A driver on a stock wire, so that another process can make the same. Immutable.
 *
 * <p>Values of the configuration may hold placeholders, which each wire replaces: {@code {device}}
 * an interface's name, {@code {netns}} the file of the namespace it is in, {@code {wire}} a name
 * that both ends of a pair share, {@code {dir}} an empty folder of a pair's own, {@code {n}} a
 * number that no other wire of the process has, {@code {pid}} the process.
 *
 * @param folder the driver's folder, or null if whoever makes the harness has the driver already
 * @param wire a kind, see {@link StockWires}; "" for the one that fits the driver's keys
 * @param config the driver's configuration; it goes before what the wire would choose
 * @param parameters of the wire: {@code privileges}, names such as {@code CAP_NET_ADMIN} by commas,
 *     that the driver's documentation asks for; with {@code pair}, {@code far.KEY}, configuration
 *     of the far port that differs; with {@code nic}, {@code near}, devices, and {@code far}, the
 *     interfaces that they are cabled to, both by commas, and {@code link}, a shell's command that
 *     pulls the plug of cable {@code {n}} ({@code {state}} is on or off); with the others {@code
 *     netns}, {@code thread} to move the calling thread into the namespace instead of naming it to
 *     the driver
 */
public record StockPlan(
    Path folder, String wire, Map<String, String> config, Map<String, String> parameters) {
  private static final String FOLDER = "folder";
  private static final String WIRE = "wire";
  private static final String CONFIG = "config.";
  private static final String PARAMETER = "parameter.";

  public StockPlan {
    Objects.requireNonNull(wire);
    config = Map.copyOf(config);
    parameters = Map.copyOf(parameters);
  }

  /** A driver that is there already, on a kind of wire, with the wire's own choices. */
  public static StockPlan of(String wire) {
    return new StockPlan(null, wire, Map.of(), Map.of());
  }

  /** The same with a key of the driver's configuration. */
  public StockPlan with(String key, String value) {
    Map<String, String> more = new LinkedHashMap<>(config);
    more.put(key, value);
    return new StockPlan(folder, wire, more, parameters);
  }

  /** All of it as text by key; {@link #decode} reads it. */
  public Map<String, String> encode() {
    Map<String, String> out = new LinkedHashMap<>();
    if (folder != null) {
      out.put(FOLDER, folder.toAbsolutePath().toString());
    }
    out.put(WIRE, wire);
    config.forEach((key, value) -> out.put(CONFIG + key, value));
    parameters.forEach((key, value) -> out.put(PARAMETER + key, value));
    return out;
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IllegalArgumentException naming a key that it would not have written
   */
  public static StockPlan decode(Map<String, String> text) {
    Map<String, String> config = new LinkedHashMap<>();
    Map<String, String> parameters = new LinkedHashMap<>();
    for (Map.Entry<String, String> entry : text.entrySet()) {
      String key = entry.getKey();
      if (key.startsWith(CONFIG)) {
        config.put(key.substring(CONFIG.length()), entry.getValue());
      } else if (key.startsWith(PARAMETER)) {
        parameters.put(key.substring(PARAMETER.length()), entry.getValue());
      } else if (!key.equals(FOLDER) && !key.equals(WIRE)) {
        throw new IllegalArgumentException("A stock wire's plan has no key \"" + key + "\".");
      }
    }
    String folder = text.get(FOLDER);
    return new StockPlan(
        folder == null ? null : Path.of(folder), text.getOrDefault(WIRE, ""), config, parameters);
  }
}
