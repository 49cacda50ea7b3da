package org.vhostdp.driver.afpacket;

import org.vhostdp.driver.afpacket.generated.Packet;
import org.vhostdp.spi.DriverException;

/**
 * How the kernel spreads received frames over the sockets of a group (PACKET_FANOUT of packet(7)).
 *
 * @param type PACKET_FANOUT_*
 * @param program path of a pinned program, or null
 */
record Fanout(int type, String program) {
  static final String HASH = "hash";
  private static final String EBPF = "ebpf:";

  static Fanout of(String text) throws DriverException {
    if (text.startsWith(EBPF + "/")) {
      return new Fanout(Packet.PACKET_FANOUT_EBPF(), text.substring(EBPF.length()));
    }
    return switch (text) {
      case HASH -> new Fanout(Packet.PACKET_FANOUT_HASH(), null);
      case "cpu" -> new Fanout(Packet.PACKET_FANOUT_CPU(), null);
      case "lb" -> new Fanout(Packet.PACKET_FANOUT_LB(), null);
      default ->
          throw PacketOptions.wrong(
              "The key \"fanout\" = \"" + text + "\" names no way to spread frames.",
              "Use hash, cpu, lb, or ebpf: with the absolute path of a pinned program, such as"
                  + " ebpf:/sys/fs/bpf/steer.");
    };
  }
}
