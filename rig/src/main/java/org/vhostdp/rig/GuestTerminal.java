package org.vhostdp.rig;

import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A shell in a guest, on a terminal of its own whose other end is this process's. */
final class GuestTerminal {
  private static final String SOCKET = "terminal";

  private GuestTerminal() {}

  /** The same plan with the terminal's device. */
  static GuestPlan in(GuestPlan plan) throws IOException {
    Path folder = Files.createTempDirectory("guest-terminal-");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
    return plan.withOptions(
            "-chardev",
            "socket,id=terminal,server=on,wait=off,path=" + folder.resolve(SOCKET),
            "-device",
            "virtio-serial-pci,id=terminals",
            "-device",
            "virtconsole,bus=terminals.0,chardev=terminal")
        .withEnvironment("GUEST_TERMINAL", folder.toString());
  }

  private static void delete(Path folder) {
    try {
      Folders.delete(folder);
    } catch (IOException failure) {
      GuestCommand.say(folder + " could not be deleted: " + failure.getMessage());
    }
  }

  /** Runs a shell until it ends; {@code ./build} has set the person's terminal to raw. */
  static int shell(KernelGuest guest, Path folder, Duration limit)
      throws IOException, InterruptedException {
    Path socket = Path.of(guest.plan().environment().get("GUEST_TERMINAL"), SOCKET);
    String size = System.getenv().getOrDefault("VHOSTDP_TERMINAL", "24 80");
    String[] sides = size.split(" ");
    String command =
        """
        unset GUEST_TERMINAL
        tty=/dev/hvc0
        # The size holds only while the terminal is open.
        start='stty sane rows %s cols %s; exec bash --norc -i'
        TERM=%s PS1='guest:\\w\\$ ' setsid -c bash -c "$start" <>"$tty" >&0 2>&0
        """
            .formatted(
                number(sides[0]),
                number(sides[sides.length - 1]),
                KernelGuest.quoted(System.getenv().getOrDefault("TERM", "dumb")));
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      Thread.ofPlatform().daemon().name("guest-screen").start(() -> show(channel));
      Thread.ofPlatform().daemon().name("guest-keyboard").start(() -> type(channel));
      int status = guest.run(command, folder, limit, System.out).status();
      Thread.sleep(100); // what the shell wrote last is still on its way
      return status;
    }
  }

  private static int number(String word) {
    return word.matches("[0-9]{1,4}") ? Integer.parseInt(word) : 80;
  }

  private static void show(SocketChannel channel) {
    ByteBuffer buffer = ByteBuffer.allocate(4096);
    try {
      while (channel.read(buffer.clear()) >= 0) {
        System.out.write(buffer.array(), 0, buffer.position());
        System.out.flush();
      }
    } catch (ClosedChannelException end) {
      System.out.flush();
    } catch (IOException failure) {
      GuestCommand.say("the terminal failed: " + failure.getMessage());
    }
  }

  private static void type(SocketChannel channel) {
    try (InputStream in = System.in) {
      in.transferTo(Channels.newOutputStream(channel));
      // What was piped in has ended: the shell reads the end of its input.
      channel.write(ByteBuffer.wrap("\004".getBytes(StandardCharsets.US_ASCII)));
    } catch (ClosedChannelException end) {
      System.out.flush();
    } catch (IOException failure) {
      GuestCommand.say("the terminal failed: " + failure.getMessage());
    }
  }
}
