package org.vhostdp.dist;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * The host's end of one TCP connection that a guest makes. Each end digests what it sends or gets.
 */
final class TcpPeer implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 60_000;
  private static final int CHUNK = 64 * 1024;

  private final ServerSocket server;
  private final FutureTask<Stream> task;

  private TcpPeer(ServerSocket server, Service service) {
    this.server = server;
    Callable<Stream> work =
        () -> {
          server.setSoTimeout(PATIENCE_MILLIS);
          try (Socket socket = server.accept()) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            return service.over(socket);
          }
        };
    task = new FutureTask<>(work);
    Thread.ofPlatform().daemon().name("tcp-peer").start(task);
  }

  /**
   * What went through a connection.
   *
   * @param bytes how many
   * @param sha256 their digest in hexadecimal
   */
  record Stream(long bytes, String sha256) {}

  private interface Service {
    Stream over(Socket socket) throws IOException;
  }

  /** Sends so many random bytes and closes. */
  static TcpPeer sending(Lab lab, long bytes) throws Exception {
    return new TcpPeer(listen(lab), socket -> send(socket, bytes));
  }

  /** Reads until the guest closes. */
  static TcpPeer receiving(Lab lab) throws Exception {
    return new TcpPeer(listen(lab), TcpPeer::receive);
  }

  private static ServerSocket listen(Lab lab) throws Exception {
    return lab.in(() -> new ServerSocket(0, 1, InetAddress.getByName(TapPort.HOST)));
  }

  private static Stream send(Socket socket, long bytes) throws IOException {
    MessageDigest digest = sha256();
    Random random = new Random(bytes);
    byte[] chunk = new byte[CHUNK];
    OutputStream out = socket.getOutputStream();
    for (long left = bytes; left > 0; left -= chunk.length) {
      random.nextBytes(chunk);
      int length = (int) Math.min(left, chunk.length);
      digest.update(chunk, 0, length);
      out.write(chunk, 0, length);
    }
    return new Stream(bytes, hex(digest));
  }

  private static Stream receive(Socket socket) throws IOException {
    MessageDigest digest = sha256();
    byte[] chunk = new byte[CHUNK];
    InputStream in = socket.getInputStream();
    long bytes = 0;
    for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
      digest.update(chunk, 0, length);
      bytes += length;
    }
    return new Stream(bytes, hex(digest));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  /** The file in which bash reaches it. */
  String device() {
    return "/dev/tcp/" + TapPort.HOST + "/" + server.getLocalPort();
  }

  /** Waits for the end of the connection. */
  Stream stream() throws Exception {
    return task.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
