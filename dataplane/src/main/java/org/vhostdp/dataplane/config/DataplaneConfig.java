package org.vhostdp.dataplane.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.vhostdp.dataplane.frontend.vhostuser.SocketSpec;
import org.vhostdp.dataplane.port.PortSpec;
import org.vhostdp.store.DriverRequest;

/**
 * A whole configuration.
 *
 * @param io how IO threads run
 * @param drivers back-ends by name
 * @param netdevs ports by name
 */
public record DataplaneConfig(IoSettings io, List<DriverSection> drivers, List<Netdev> netdevs) {
  /**
   * How IO threads run.
   *
   * @param threads number of threads, at least 1
   * @param cpus cores to pin them to, in turn; empty for none
   * @param spinMicros how long a queue pair is polled without work before it sleeps
   * @param busyTime whether threads measure the time of their turns that have work
   */
  public record IoSettings(int threads, List<Integer> cpus, int spinMicros, boolean busyTime) {
    /** One thread, not pinned, asleep after 50 microseconds without work. */
    public static IoSettings defaults() {
      return new IoSettings(1, List.of(), 50, false);
    }
  }

  /**
   * One back-end.
   *
   * @param name the operator's name for it
   * @param request the driver that it asks for
   * @param values the driver's own keys
   */
  public record DriverSection(String name, DriverRequest request, Map<String, String> values) {
    /** A section that asks for the active driver of an id. */
    public DriverSection(String name, String type, Map<String, String> values) {
      this(name, DriverRequest.of(type), values);
    }

    /** The id of the driver. */
    public String type() {
      return request.id();
    }
  }

  /**
   * One port.
   *
   * @param port what it is
   * @param driver name of the back-end
   * @param socket where its front-end comes from
   */
  public record Netdev(PortSpec port, String driver, SocketSpec socket) {}

  public DataplaneConfig {
    drivers = List.copyOf(drivers);
    netdevs = List.copyOf(netdevs);
  }

  /**
   * Checks what can be checked without opening anything.
   *
   * @return sentences, one for each mistake; empty if there is none
   */
  public List<String> problems() {
    return ConfigCheck.problems(this);
  }

  /** The back-end of a name, or null. */
  public DriverSection driver(String name) {
    return drivers.stream().filter(d -> d.name().equals(name)).findFirst().orElse(null);
  }

  /** The names of back-ends that no port uses: they stand by, for a port to be moved to. */
  public List<String> standby() {
    List<String> names = new ArrayList<>();
    drivers.forEach(d -> names.add(d.name()));
    netdevs.forEach(n -> names.remove(n.driver()));
    return names;
  }
}
