package org.vhostdp.guest.twin;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What a device says of its receive-side scaling in the configuration space (virtio 1.3, 5.1.4).
 *
 * @param keyBytes longest hash key
 * @param tableEntries most entries of the indirection table
 * @param hashTypes bits of hash types (5.1.6.4.3)
 */
public record RssLimits(int keyBytes, int tableEntries, int hashTypes) {
  private static final int AT = 17;
  private static final int BYTES = 7;

  /**
   * Asks the device; all zero where neither RSS nor HASH_REPORT is offered.
   *
   * @throws IOException without protocol feature CONFIG
   */
  public static RssLimits of(VhostUserClient client) throws IOException {
    ByteBuffer space = ByteBuffer.wrap(client.getConfig(AT, BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    return new RssLimits(space.get(0) & 0xff, space.getShort(1) & 0xffff, space.getInt(3));
  }
}
