package org.vhostdp.guest.twin;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.UnixSocket;

/**
 * A vhost-user front-end's end of the socket: one method a message, each named as in the
 * specification (QEMU docs/interop/vhost-user.rst), and {@link #raw} for messages nobody should
 * send. Once REPLY_ACK is negotiated every message asks for its acknowledgement unless {@link
 * #acknowledge} says otherwise, and a refusal is a {@link VhostUserRefused}. Order and sense of the
 * messages are the caller's: nothing is checked here. One thread at a time.
 */
public final class VhostUserClient implements AutoCloseable {
  private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final int CONFIG_HEADER = 12;

  private final MessageChannel channel;
  private int timeoutMillis = 30_000;
  private long protocolFeatures;
  private boolean acknowledge = true;

  private VhostUserClient(UnixSocket socket) {
    channel = new MessageChannel(socket, "The back-end");
  }

  /** Connects to a back-end that listens. */
  public static VhostUserClient connect(Path socket) throws IOException {
    return new VhostUserClient(UnixSocket.connect(socket));
  }

  /** Waits for a back-end in client mode on a listening, blocking socket. */
  public static VhostUserClient accept(UnixSocket listener) throws IOException {
    return new VhostUserClient(listener.accept());
  }

  /** Speaks over a connected socket, which it takes over. */
  public static VhostUserClient over(UnixSocket socket) {
    return new VhostUserClient(socket);
  }

  /** How long a reply may take; 30 s unless set. */
  public void timeout(int millis) {
    timeoutMillis = millis;
  }

  /** Whether to ask for acknowledgements where REPLY_ACK is negotiated. */
  public void acknowledge(boolean on) {
    acknowledge = on;
  }

  /** Bits last given to {@link #setProtocolFeatures}. */
  public long protocolFeatures() {
    return protocolFeatures;
  }

  /** The socket, for tests that break it. */
  public UnixSocket socket() {
    return channel.socket();
  }

  /** GET_FEATURES. */
  public long getFeatures() throws IOException {
    return get64(Request.GET_FEATURES);
  }

  /** SET_FEATURES. */
  public void setFeatures(long features) throws IOException {
    set64(Request.SET_FEATURES, features);
  }

  /** GET_PROTOCOL_FEATURES. */
  public long getProtocolFeatures() throws IOException {
    return get64(Request.GET_PROTOCOL_FEATURES);
  }

  /** SET_PROTOCOL_FEATURES; what it sets holds from the next message on. */
  public void setProtocolFeatures(long features) throws IOException {
    set64(Request.SET_PROTOCOL_FEATURES, features);
    protocolFeatures = features;
  }

  /** SET_OWNER. */
  public void setOwner() throws IOException {
    set(Request.SET_OWNER, 0);
  }

  /** RESET_OWNER. */
  public void resetOwner() throws IOException {
    set(Request.RESET_OWNER, 0);
  }

  /** RESET_DEVICE. */
  public void resetDevice() throws IOException {
    set(Request.RESET_DEVICE, 0);
  }

  /** GET_QUEUE_NUM: queue pairs of a network back-end. */
  public int getQueueNum() throws IOException {
    return (int) get64(Request.GET_QUEUE_NUM);
  }

  /** SET_MEM_TABLE with one descriptor a region. */
  public void setMemTable(List<RegionSpec> regions) throws IOException {
    channel.payload.set(U32, 0, regions.size());
    channel.payload.set(U32, 4, 0);
    int[] fds = new int[regions.size()];
    for (int i = 0; i < fds.length; i++) {
      regions.get(i).write(channel.payload, 8 + RegionSpec.BYTES * i);
      fds[i] = regions.get(i).fd();
    }
    set(Request.SET_MEM_TABLE, 8 + RegionSpec.BYTES * fds.length, fds);
  }

  /** GET_MAX_MEM_SLOTS. */
  public long getMaxMemSlots() throws IOException {
    return get64(Request.GET_MAX_MEM_SLOTS);
  }

  /** ADD_MEM_REG. */
  public void addMemReg(RegionSpec region) throws IOException {
    channel.payload.set(U64, 0, 0);
    region.write(channel.payload, 8);
    set(Request.ADD_MEM_REG, 8 + RegionSpec.BYTES, region.fd());
  }

  /** REM_MEM_REG, with the superfluous descriptor that some front-ends send when asked to. */
  public void remMemReg(RegionSpec region, boolean withFd) throws IOException {
    channel.payload.set(U64, 0, 0);
    region.write(channel.payload, 8);
    set(Request.REM_MEM_REG, 8 + RegionSpec.BYTES, withFd ? new int[] {region.fd()} : new int[0]);
  }

  /** SET_VRING_NUM: descriptors of a ring. */
  public void setVringNum(int index, int size) throws IOException {
    vringState(Request.SET_VRING_NUM, index, size);
  }

  /** SET_VRING_BASE. */
  public void setVringBase(int index, int base) throws IOException {
    vringState(Request.SET_VRING_BASE, index, base);
  }

  /** GET_VRING_BASE: stops the ring and returns its base. */
  public int getVringBase(int index) throws IOException {
    state(index, 0);
    exchange(Request.GET_VRING_BASE, 8);
    return channel.answer.get(U32, 4);
  }

  /** SET_VRING_ENABLE. */
  public void setVringEnable(int index, boolean on) throws IOException {
    vringState(Request.SET_VRING_ENABLE, index, on ? 1 : 0);
  }

  private void vringState(int request, int index, int number) throws IOException {
    state(index, number);
    set(request, 8);
  }

  private void state(int index, int number) {
    channel.payload.set(U32, 0, index);
    channel.payload.set(U32, 4, number);
  }

  /** SET_VRING_ADDR with user addresses. Flag 1 asks for used-ring logging at {@code log}. */
  public void setVringAddr(
      int index, int flags, long descriptors, long used, long available, long log)
      throws IOException {
    state(index, flags);
    channel.payload.set(U64, 8, descriptors);
    channel.payload.set(U64, 16, used);
    channel.payload.set(U64, 24, available);
    channel.payload.set(U64, 32, log);
    set(Request.SET_VRING_ADDR, 40);
  }

  /** SET_VRING_KICK; null: none, the back-end is to poll. */
  public void setVringKick(int index, Fd fd) throws IOException {
    vringFd(Request.SET_VRING_KICK, index, fd);
  }

  /** SET_VRING_CALL; null: none. */
  public void setVringCall(int index, Fd fd) throws IOException {
    vringFd(Request.SET_VRING_CALL, index, fd);
  }

  /** SET_VRING_ERR; null: none. */
  public void setVringErr(int index, Fd fd) throws IOException {
    vringFd(Request.SET_VRING_ERR, index, fd);
  }

  private void vringFd(int request, int index, Fd fd) throws IOException {
    channel.payload.set(U64, 0, fd == null ? index | Request.NO_FD : index);
    set(request, 8, fd == null ? new int[0] : new int[] {fd.raw()});
  }

  /** GET_CONFIG: {@code length} bytes of configuration space from {@code offset}. */
  public byte[] getConfig(int offset, int length) throws IOException {
    config(offset, new byte[length], 0);
    exchange(Request.GET_CONFIG, CONFIG_HEADER + length);
    if (channel.size() != CONFIG_HEADER + length) {
      throw new IOException(
          "The back-end answered GET_CONFIG of %d bytes at %d with a payload of %d bytes."
              .formatted(length, offset, channel.size()));
    }
    return channel.answer.asSlice(CONFIG_HEADER, length).toArray(ValueLayout.JAVA_BYTE);
  }

  /** SET_CONFIG; flags 0 as the guest writes, 1 as live migration restores. */
  public void setConfig(int offset, byte[] data, int flags) throws IOException {
    config(offset, data, flags);
    set(Request.SET_CONFIG, CONFIG_HEADER + data.length);
  }

  private void config(int offset, byte[] data, int flags) {
    channel.payload.set(U32, 0, offset);
    channel.payload.set(U32, 4, data.length);
    channel.payload.set(U32, 8, flags);
    MemorySegment.copy(data, 0, channel.payload, ValueLayout.JAVA_BYTE, CONFIG_HEADER, data.length);
  }

  /** NET_SET_MTU in bytes. */
  public void netSetMtu(int mtu) throws IOException {
    set64(Request.NET_SET_MTU, mtu);
  }

  /** SEND_RARP for a MAC, its first byte on top of the 48 bits as in {@link Packets}. */
  public void sendRarp(long mac) throws IOException {
    // The payload holds the six bytes in wire order.
    channel.payload.set(U64, 0, 0);
    Packets.putMac(channel.payload, 0, mac);
    set(Request.SEND_RARP, 8);
  }

  /** SET_BACKEND_REQ_FD: hands over the socket on which the back-end may ask. */
  public void setBackendReqFd(Fd fd) throws IOException {
    set(Request.SET_BACKEND_REQ_FD, 0, fd.raw());
  }

  /** SET_STATUS: the virtio device status byte. */
  public void setStatus(int status) throws IOException {
    set64(Request.SET_STATUS, status);
  }

  /** GET_STATUS. */
  public int getStatus() throws IOException {
    return (int) get64(Request.GET_STATUS);
  }

  /** SET_LOG_BASE with the log's descriptor; always replied to where LOG_SHMFD is negotiated. */
  public void setLogBase(long size, long offset, Fd log) throws IOException {
    channel.payload.set(U64, 0, size);
    channel.payload.set(U64, 8, offset);
    channel.send(Request.SET_LOG_BASE, Request.VERSION, 16, log.raw());
    if ((protocolFeatures & ProtocolFeature.LOG_SHMFD) != 0) {
      channel.reply(Request.SET_LOG_BASE, timeoutMillis);
    }
  }

  /**
   * Sends any message at all and does not wait.
   *
   * @param flags header flags; {@link Request#VERSION} is not added
   */
  public void raw(int request, int flags, byte[] payload, Fd... fds) throws IOException {
    MemorySegment.copy(payload, 0, channel.payload, ValueLayout.JAVA_BYTE, 0, payload.length);
    channel.send(request, flags, payload.length, raw(fds));
  }

  /** Sends bytes as they stand, false headers and torn messages included. */
  public void rawBytes(byte[] bytes, Fd... fds) throws IOException {
    channel.sendRaw(bytes, raw(fds));
  }

  private static int[] raw(Fd... fds) {
    int[] raw = new int[fds.length];
    for (int i = 0; i < fds.length; i++) {
      raw[i] = fds[i].raw();
    }
    return raw;
  }

  /**
   * Receives a reply to {@link #raw}.
   *
   * @return its payload, or null when nothing came within the time
   * @throws java.io.EOFException when the back-end ended the session
   */
  public byte[] rawReply(int timeoutMillis) throws IOException {
    return channel.receive(timeoutMillis)
        ? channel.answer.asSlice(0, channel.size()).toArray(ValueLayout.JAVA_BYTE)
        : null;
  }

  /** Header flags of the reply last received. */
  public int replyFlags() {
    return channel.flags();
  }

  private long get64(int request) throws IOException {
    exchange(request, 0);
    return channel.answer64();
  }

  private void exchange(int request, int size) throws IOException {
    channel.send(request, Request.VERSION, size);
    channel.reply(request, timeoutMillis);
  }

  private void set64(int request, long value) throws IOException {
    channel.payload.set(U64, 0, value);
    set(request, 8);
  }

  private void set(int request, int size, int... fds) throws IOException {
    boolean ask = acknowledge && (protocolFeatures & ProtocolFeature.REPLY_ACK) != 0;
    channel.send(request, Request.VERSION | (ask ? Request.NEED_REPLY : 0), size, fds);
    if (ask) {
      channel.reply(request, timeoutMillis);
      if (channel.answer64() != 0) {
        throw new VhostUserRefused(request, channel.answer64());
      }
    }
  }

  @Override
  public void close() {
    channel.close();
  }
}
