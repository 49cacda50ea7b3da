package org.vhostdp.dataplane.steering;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A rule: frames of this flow go to this queue pair of the guest. As text: {@code PROTOCOL SOURCE >
 * DESTINATION = QUEUE}, for example {@code tcp 10.0.0.1:80 > 10.0.0.2:* = 1} or {@code udp * >
 * [2001:db8::2]:53 = 0}. The protocol is tcp, udp or ip; the last is for all of IP and has no
 * ports. What is left out or {@code *} is anything. Immutable.
 */
final class FlowRule {
  private static final int ANY = -1;

  /** Queue pairs that a port can have at all. */
  private static final int MOST_QUEUES = 127;

  private static final int MOST_LENGTH = 200;
  private static final Pattern FORM =
      Pattern.compile("(\\S+)\\s+(\\S+)\\s*>\\s*(\\S+)\\s*=\\s*(\\S+)");
  private static final String EXAMPLE = "; write it like \"tcp 10.0.0.1:80 > 10.0.0.2:* = 1\".";

  private final int protocol;
  private final Endpoint source;
  private final Endpoint destination;
  private final int queue;

  private FlowRule(int protocol, Endpoint source, Endpoint destination, int queue) {
    this.protocol = protocol;
    this.source = source;
    this.destination = destination;
    this.queue = queue;
  }

  static FlowRule of(String line) throws SteeringRefused {
    String text = line.strip();
    Matcher form = FORM.matcher(text);
    if (text.length() > MOST_LENGTH || !form.matches()) {
      throw new SteeringRefused("The flow rule " + Quoted.of(text) + " is none" + EXAMPLE);
    }
    int protocol = protocol(form.group(1), text);
    Endpoint source = Endpoint.of(form.group(2), text);
    Endpoint destination = Endpoint.of(form.group(3), text);
    if (protocol == ANY && (source.port() >= 0 || destination.port() >= 0)) {
      throw new SteeringRefused(
          "The flow rule " + Quoted.of(text) + " names a port; that takes tcp or udp, not ip.");
    }
    if (source.version() != 0
        && destination.version() != 0
        && source.version() != destination.version()) {
      throw new SteeringRefused(
          "The flow rule " + Quoted.of(text) + " mixes IPv4 and IPv6; no frame is like that.");
    }
    return new FlowRule(protocol, source, destination, queue(form.group(4), text));
  }

  private static int protocol(String word, String text) throws SteeringRefused {
    return switch (word) {
      case "tcp" -> FlowClassifier.TCP;
      case "udp" -> FlowClassifier.UDP;
      case "ip" -> ANY;
      default ->
          throw new SteeringRefused(
              "The flow rule "
                  + Quoted.of(text)
                  + " begins with "
                  + Quoted.of(word)
                  + "; it can be tcp, udp or ip.");
    };
  }

  private static int queue(String word, String text) throws SteeringRefused {
    int queue = Endpoint.number(word, MOST_QUEUES - 1);
    if (queue < 0) {
      throw new SteeringRefused(
          "The flow rule "
              + Quoted.of(text)
              + " names the queue "
              + Quoted.of(word)
              + "; queues are numbers from 0 to "
              + (MOST_QUEUES - 1)
              + ".");
    }
    return queue;
  }

  int queue() {
    return queue;
  }

  /** Whether the frame whose headers were read last is of this flow. */
  boolean matches(FlowClassifier frame) {
    return (protocol == ANY ? frame.version() != 0 : frame.protocol() == protocol)
        && source.matches(frame, false)
        && destination.matches(frame, true);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FlowRule o && toString().equals(o.toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  /** As text that {@link #of} reads as the same. */
  @Override
  public String toString() {
    String name =
        switch (protocol) {
          case FlowClassifier.TCP -> "tcp ";
          case FlowClassifier.UDP -> "udp ";
          default -> "ip ";
        };
    return name + source + " > " + destination + " = " + queue;
  }
}
