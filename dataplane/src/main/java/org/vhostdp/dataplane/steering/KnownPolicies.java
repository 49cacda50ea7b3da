package org.vhostdp.dataplane.steering;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Iterator;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vhostdp.spi.QueuePolicy;

/** The policies that are installed beside the host. Control threads. */
final class KnownPolicies {
  private static final Logger LOG = System.getLogger(KnownPolicies.class.getName());

  /** An iterator that does not get over an error is not asked for ever. */
  private static final int MOST_BROKEN = 100;

  private KnownPolicies() {}

  /** By name; one that cannot be loaded is left out, and the log says why. */
  private static SortedMap<String, QueuePolicy> all() {
    SortedMap<String, QueuePolicy> found = new TreeMap<>();
    Iterator<QueuePolicy> policies = ServiceLoader.load(QueuePolicy.class).iterator();
    int broken = 0;
    // After an error the iterator goes on with the next one, if it can.
    while (broken < MOST_BROKEN) {
      try {
        if (!policies.hasNext()) {
          break;
        }
        QueuePolicy policy = policies.next();
        found.putIfAbsent(policy.name(), policy);
      } catch (ServiceConfigurationError | RuntimeException e) {
        broken++;
        LOG.log(
            Level.WARNING,
            "A steering policy cannot be loaded and is left out: " + e.getMessage() + ".",
            e);
      }
    }
    return found;
  }

  /** A new one of this name, or null. */
  static QueuePolicy find(String name) {
    return all().get(name);
  }

  static void require(String name) throws SteeringRefused {
    SortedMap<String, QueuePolicy> known = all();
    if (!known.containsKey(name)) {
      String others =
          known.isEmpty()
              ? "None is installed; put the jar of one on the host's module path."
              : "Installed: " + String.join(", ", known.keySet()) + ".";
      throw new SteeringRefused("There is no steering policy " + Quoted.of(name) + ". " + others);
    }
  }
}
