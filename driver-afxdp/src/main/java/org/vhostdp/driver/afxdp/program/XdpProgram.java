package org.vhostdp.driver.afxdp.program;

import java.util.HashSet;
import java.util.Set;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * The XDP program of one port's interface: it takes each frame to the AF_XDP socket of its queue,
 * and leaves frames of other queues to the kernel. Ports on other queues of the interface share it,
 * in this process and in others. Control threads; not for several at once.
 */
public final class XdpProgram implements AutoCloseable {
  private final Attachment attachment;
  private final Attachments.Shared shared;
  private final Set<Integer> queues = new HashSet<>();
  private boolean closed;

  private XdpProgram(Attachment attachment, Attachments.Shared shared) {
    this.attachment = attachment;
    this.shared = shared;
  }

  /**
   * Attaches, or shares what is attached.
   *
   * @param options which program, and how
   * @param ifname what messages call the interface
   * @param ifindex its number in the calling thread's network namespace
   * @throws DriverException PERMISSION without CAP_BPF and CAP_NET_ADMIN; BUSY if the interface has
   *     a program of somebody else; NOT_FOUND if the interface, file, map or library is not there;
   *     CONFIGURATION if the program is not one, or the verifier refuses it; UNSUPPORTED if driver
   *     or kernel cannot do it. Nothing stays attached or open then.
   */
  public static XdpProgram attach(ProgramOptions options, String ifname, int ifindex)
      throws DriverException {
    Interface target = new Interface(ifname, ifindex);
    if (options.is(ProgramOptions.NONE)) {
      return new XdpProgram(Foreign.none(target), null);
    }
    if (options.pinned() != null) {
      return new XdpProgram(Foreign.pinned(options.pinned(), target), null);
    }
    if (!options.isOwn() && options.object() == null) {
      throw new DriverException(
          Reason.CONFIGURATION,
          "The key \"program\" = \"" + options.program() + "\" names no program.",
          "Write auto, dispatcher, single, none, the path of an object file that ends in .o, or"
              + " pinned: and the path of a pinned XSKMAP.");
    }
    Attachments.Shared shared = Attachments.acquire(options, target);
    return new XdpProgram(shared.attachment, shared);
  }

  /**
   * Sends a queue's frames to a socket from now on.
   *
   * @param queue of the interface
   * @param xskFd a socket of AF_XDP, which stays the caller's; the kernel takes it out of the map
   *     when it is closed
   * @throws DriverException BUSY if another socket has the queue, which keeps it
   */
  public void register(int queue, int xskFd) throws DriverException {
    if (attachment.map() != null) {
      attachment.map().put(queue, xskFd);
      queues.add(queue);
    }
  }

  /** Leaves a queue's frames to the kernel again; does nothing to what others registered. */
  public void unregister(int queue) {
    if (queues.remove(queue)) {
      attachment.map().remove(queue);
    }
  }

  /** What was got, such as {@code native mode, libxdp's dispatcher}. */
  public String describe() {
    return attachment.describe();
  }

  /** Whether the program runs in the kernel's stack instead of the interface's driver. */
  public boolean skb() {
    return attachment.skb();
  }

  /**
   * Unregisters what was registered, and detaches the program if no other port uses it. Again does
   * nothing.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    Set.copyOf(queues).forEach(this::unregister);
    if (shared == null) {
      attachment.close();
    } else {
      Attachments.release(shared);
    }
  }

  /** What {@link #close} could not remove and why, as a sentence; empty if nothing is left. */
  public String remainder() {
    return attachment.remainder();
  }

  /**
   * Removes the program and map that a killed process of ours left on an interface, and nothing of
   * anybody else. {@link #attach} does so too, and says what it could not remove.
   *
   * @param ifindex the interface's number in the calling thread's network namespace
   * @return why something could not be removed, as a sentence; empty if nothing is left
   */
  public static String sweep(String ifname, int ifindex) {
    try {
      Attachments.sweep(new Interface(ifname, ifindex));
      return "";
    } catch (DriverException e) {
      return e.getMessage();
    }
  }
}
