package org.vhostdp.dataplane.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.vhostdp.dataplane.port.PortSpec;

/** Mistakes of a configuration that need nothing opened to be seen. */
final class ConfigCheck {
  /** sun_path of struct sockaddr_un has 108 bytes, the last one zero. */
  private static final int MOST_PATH = 107;

  /** Most bytes of the Java heap that one queue pair takes with the longest rings, rounded up. */
  private static final long HEAP_OF_A_PAIR = 192 * 1024;

  private ConfigCheck() {}

  static List<String> problems(DataplaneConfig config) {
    List<String> wrong = new ArrayList<>();
    io(config.io(), wrong);
    if (config.netdevs().isEmpty()) {
      wrong.add("There is no netdev: add a [netdev.NAME] section.");
    }
    Set<String> drivers = new HashSet<>();
    for (DataplaneConfig.DriverSection driver : config.drivers()) {
      if (!drivers.add(driver.name())) {
        wrong.add("The driver " + driver.name() + " is defined twice.");
      }
    }
    Set<String> names = new HashSet<>();
    Map<Path, String> sockets = new HashMap<>();
    Map<String, String> users = new HashMap<>();
    for (DataplaneConfig.Netdev netdev : config.netdevs()) {
      String name = netdev.port().id();
      if (!names.add(name)) {
        wrong.add("The netdev " + name + " is defined twice.");
      }
      driver(config, netdev, users, wrong);
      socket(netdev, sockets, wrong);
      numbers(netdev.port(), wrong);
    }
    memory(config, Runtime.getRuntime().maxMemory(), wrong);
    return wrong;
  }

  /** Guests choose when rings come to life and how long they are; the memory must be there then. */
  static void memory(DataplaneConfig config, long heapBytes, List<String> wrong) {
    long pairs = 0;
    for (DataplaneConfig.Netdev netdev : config.netdevs()) {
      pairs += netdev.port().queuePairs();
    }
    long most = heapBytes / 4 * 3 / HEAP_OF_A_PAIR;
    if (pairs > most) {
      wrong.add(
          ("The netdevs have %d queue pairs together; the heap of %d MiB has room for %d. Give them"
                  + " fewer queues, or this process more memory: VHOSTDP_JAVA_OPTS=-Xmx%dm.")
              .formatted(pairs, heapBytes >> 20, most, (pairs * HEAP_OF_A_PAIR / 3 * 4 >> 20) + 1));
    }
  }

  private static void io(DataplaneConfig.IoSettings io, List<String> wrong) {
    if (io.threads() < 1 || io.threads() > 256) {
      wrong.add("io-threads = " + io.threads() + " is not a number from 1 to 256.");
    }
    if (io.spinMicros() < 0 || io.spinMicros() > 1_000_000) {
      wrong.add("spin-us = " + io.spinMicros() + " is not a number from 0 to 1000000.");
    }
  }

  private static void driver(
      DataplaneConfig config,
      DataplaneConfig.Netdev netdev,
      Map<String, String> users,
      List<String> wrong) {
    String name = netdev.port().id();
    if (config.driver(netdev.driver()) == null) {
      wrong.add(
          "The netdev %s names the driver %s, which is not defined. Defined: %s."
              .formatted(
                  name,
                  netdev.driver(),
                  config.drivers().stream().map(DataplaneConfig.DriverSection::name).toList()));
      return;
    }
    String other = users.put(netdev.driver(), name);
    if (other != null) {
      wrong.add(
          "The netdevs %s and %s name the same driver %s; each needs one of its own."
              .formatted(other, name, netdev.driver()));
    }
  }

  private static void socket(
      DataplaneConfig.Netdev netdev, Map<Path, String> sockets, List<String> wrong) {
    Path path = netdev.socket().path();
    if (path == null) {
      return;
    }
    String name = netdev.port().id();
    int bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MOST_PATH) {
      wrong.add(
          "The socket path of netdev %s has %d bytes; the kernel takes %d."
              .formatted(name, bytes, MOST_PATH));
    }
    String other = sockets.put(path.toAbsolutePath().normalize(), name);
    if (other != null) {
      wrong.add("The netdevs " + other + " and " + name + " have the same socket " + path + ".");
    }
  }

  private static void numbers(PortSpec port, List<String> wrong) {
    if (port.queuePairs() < 1 || port.queuePairs() > PortSpec.MAX_QUEUE_PAIRS) {
      wrong.add(
          "queues = %d of netdev %s is not a number from 1 to %d."
              .formatted(port.queuePairs(), port.id(), PortSpec.MAX_QUEUE_PAIRS));
    }
    if (port.mtu() != 0 && (port.mtu() < 68 || port.mtu() > 65535)) {
      wrong.add(
          "mtu = %d of netdev %s is not a number from 68 to 65535."
              .formatted(port.mtu(), port.id()));
    }
  }
}
