package org.vhostdp.guest.machine;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** The network inside a guest. */
public final class GuestNet {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private GuestNet() {}

  /**
   * Names of the guest's interfaces but the loopback, sorted.
   *
   * @throws IOException as {@link GuestMachine#run}
   */
  public static List<String> interfaces(GuestMachine machine)
      throws IOException, InterruptedException {
    CommandResult names =
        machine.run(
            "cd /sys/class/net && for i in *; do [ -e $i/device ] && echo $i; done; true", LIMIT);
    return names.required().output().lines().sorted().toList();
  }

  /**
   * Gives the guest's first interface an address and sets it up.
   *
   * @param address with its prefix length, such as 192.0.2.2/24 or fd00::2/64
   * @param mtu in bytes; 0 leaves it as it is
   * @return the interface's name
   * @throws IOException if the guest has no interface or refuses; the message holds its answer
   */
  public static String configure(GuestMachine machine, String address, int mtu)
      throws IOException, InterruptedException {
    List<String> names = interfaces(machine);
    if (names.isEmpty()) {
      throw new IOException(
          "The guest has no network interface; its kernel said:\n"
              + machine.run("dmesg | grep -i virt | tail -n 8", LIMIT).output());
    }
    configure(machine, names.getFirst(), address, mtu);
    return names.getFirst();
  }

  /**
   * Gives an interface an address and sets it up; duplicate address detection is off, so that the
   * address works at once.
   *
   * @param address with its prefix length
   * @param mtu in bytes; 0 leaves it as it is
   * @throws IOException if the guest refuses; the message holds its answer
   */
  public static void configure(GuestMachine machine, String name, String address, int mtu)
      throws IOException, InterruptedException {
    String change = mtu == 0 ? "" : "ip link set dev " + name + " mtu " + mtu + " && ";
    String nodad = address.contains(":") ? " nodad" : "";
    machine
        .run(
            change
                + "ip address replace "
                + address
                + " dev "
                + name
                + nodad
                + " && ip link set dev "
                + name
                + " up",
            LIMIT)
        .required();
  }
}
