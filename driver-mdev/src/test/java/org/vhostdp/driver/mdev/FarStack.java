package org.vhostdp.driver.mdev;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.vhostdp.linux.Namespaces;

/** The kernel's own stack behind a far device, in a network namespace, with a TCP echo in it. */
final class FarStack implements AutoCloseable {
  private static final String NAME = "mdev-far";
  private static final int LIMIT_SECONDS = 40;
  private static final int PIECE = 65_536;

  private final ServerSocket server;
  private final AtomicLong echoed = new AtomicLong();
  private volatile String failure = "";

  private FarStack(ServerSocket server) {
    this.server = server;
  }

  /** Moves the interface into a namespace, until this is closed. */
  static FarStack on(String ifname, String address, int port) throws Exception {
    shell("ip netns add " + NAME);
    try {
      shell("ip link set " + ifname + " netns " + NAME);
      shell("ip -n " + NAME + " address add " + address + "/24 dev " + ifname);
      shell("ip -n " + NAME + " link set " + ifname + " mtu 1500 up");
      InetSocketAddress own = new InetSocketAddress(InetAddress.getByName(address), port);
      ServerSocket server = Namespaces.in(Path.of("/run/netns", NAME), () -> listening(own));
      FarStack stack = new FarStack(server);
      Thread.ofPlatform().daemon().name("echo").start(stack::echo);
      return stack;
    } catch (Exception e) {
      shell("ip netns delete " + NAME);
      throw e;
    }
  }

  private static ServerSocket listening(InetSocketAddress own) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.bind(own);
    return socket;
  }

  private void echo() {
    byte[] piece = new byte[PIECE];
    try (Socket socket = server.accept()) {
      InputStream in = socket.getInputStream();
      OutputStream out = socket.getOutputStream();
      for (int length = in.read(piece); length > 0; length = in.read(piece)) {
        echoed.addAndGet(length);
        out.write(piece, 0, length);
      }
    } catch (SocketException closed) {
      failure = closed.getMessage();
    } catch (IOException e) {
      failure = e.toString();
    }
  }

  /** Bytes that came over TCP, and what ended that before its time. */
  long echoed() {
    if (!failure.isEmpty()) {
      System.out.println("the echo ended: " + failure);
    }
    return echoed.get();
  }

  /** Runs a command beside the echo, and returns what it wrote. */
  String run(String command) throws IOException, InterruptedException {
    return shell("ip netns exec " + NAME + " " + command);
  }

  private static String shell(String command) throws IOException, InterruptedException {
    Process shell = new ProcessBuilder("sh", "-c", command).redirectErrorStream(true).start();
    if (!shell.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      shell.destroyForcibly();
      throw new IOException(command + " hangs");
    }
    String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (shell.exitValue() != 0) {
      throw new IOException(command + ": " + said);
    }
    return said;
  }

  /** The interface comes back as the kernel ends the namespace of a device that is hardware. */
  @Override
  public void close() throws IOException {
    server.close();
    try {
      shell("ip netns delete " + NAME);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
