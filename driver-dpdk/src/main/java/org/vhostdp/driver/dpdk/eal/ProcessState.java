package org.vhostdp.driver.dpdk.eal;

import java.util.HashMap;
import java.util.Map;

/**
 * What must be known of EAL as long as the process lives, also to a driver that is loaded again in
 * another module layer: EAL starts once in a process. Only objects of java.base are kept, so that
 * it holds none of the driver's classes. Guarded by the map's own monitor.
 */
public final class ProcessState {
  private static final String KEY = "org.vhostdp.driver.dpdk";

  private ProcessState() {}

  /** The process's map; synchronize on it. */
  @SuppressWarnings("unchecked")
  public static Map<String, Object> map() {
    return (Map<String, Object>)
        System.getProperties().computeIfAbsent(KEY, key -> new HashMap<String, Object>());
  }
}
