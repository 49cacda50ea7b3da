package org.vhostdp.tck.rule;

import java.util.function.Predicate;
import org.vhostdp.spi.Port;

/**
 * The declared ability that a rule is about. A driver without it skips the rule, and that is the
 * only reason to skip one.
 *
 * @param ability as the report names it, "" if every driver must keep the rule
 * @param declared whether an open, not yet configured port declares it
 */
public record Need(String ability, Predicate<Port> declared) {
  /** Every driver must keep the rule. */
  public static final Need NOTHING = new Need("", port -> true);

  /** A bit of {@link org.vhostdp.spi.Capabilities#features()}. */
  public static Need feature(String name, int bit) {
    return new Need(name, port -> port.capabilities().has(bit));
  }

  /** All these transmit offloads. */
  public static Need txOffload(String name, int bits) {
    return new Need(name, port -> (port.capabilities().txOffloads() & bits) == bits);
  }

  /** All these receive offloads. */
  public static Need rxOffload(String name, int bits) {
    return new Need(name, port -> (port.capabilities().rxOffloads() & bits) == bits);
  }

  /** A facet. */
  public static Need facet(String name, Class<?> type) {
    return new Need(name, port -> port.facet(type).isPresent());
  }

  /** More than one queue pair. */
  public static Need multiqueue() {
    return new Need("multiqueue", port -> port.capabilities().maxQueuePairs() > 1);
  }

  /** Both this and another. */
  public Need and(Need other) {
    return new Need(
        ability + " and " + other.ability,
        port -> declared.test(port) && other.declared.test(port));
  }
}
