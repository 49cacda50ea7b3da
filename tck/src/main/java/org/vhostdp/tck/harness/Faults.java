package org.vhostdp.tck.harness;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Ways to hurt a wire on purpose. Each is optional: empty, or false, means this wire has not it.
 */
public interface Faults {
  /**
   * Takes the link down or brings it up, as a pulled plug would.
   *
   * @return false if this wire cannot
   */
  default boolean link(boolean up) throws Exception {
    return false;
  }

  /**
   * Removes the device under the open port.
   *
   * @return false if this wire cannot
   */
  default boolean remove() throws Exception {
    return false;
  }

  /** A configuration that names a device that does not exist. */
  default Optional<Map<String, String>> absent() {
    return Optional.empty();
  }

  /** A configuration that names a device that somebody else holds now. */
  default Optional<Map<String, String>> busy() throws Exception {
    return Optional.empty();
  }

  /** Traces outside the process that a port leaves while open: interfaces, programs, files. */
  default Optional<Set<String>> traces() throws Exception {
    return Optional.empty();
  }

  /**
   * Lets a process be killed that opened and started this wire's port, if the wire knows a way. The
   * kit does it with a second Java otherwise.
   *
   * @return false if this wire leaves it to the kit
   */
  default boolean killed() throws Exception {
    return false;
  }
}
