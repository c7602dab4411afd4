// TLS servers of suites and versions that OpenSSL 3 and GnuTLS no longer serve:
//   java LegacyServer.java KEYSTORE PASSWORD IP,PROTOCOL,SUITE...
// Each listens on port 443 of its address, finishes handshakes and says nothing.
// A setting that JSSE refuses is told on standard error as "not served IP: why".
import java.io.FileInputStream;
import java.net.InetAddress;
import java.security.KeyStore;
import java.security.Security;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

public class LegacyServer {
	static void serve(SSLServerSocket server) {
		while (true) {
			try (SSLSocket s = (SSLSocket) server.accept()) {
				s.setSoTimeout(5000);
				s.startHandshake();
				s.getInputStream().read();
			} catch (Exception e) {
				System.err.println("connection to " + server.getInetAddress().getHostAddress() + ": " + e.getMessage());
			}
		}
	}

	public static void main(String[] args) throws Exception {
		Security.setProperty("jdk.tls.disabledAlgorithms", "");
		Security.setProperty("jdk.tls.legacyAlgorithms", "");
		Security.setProperty("jdk.certpath.disabledAlgorithms", "");
		KeyStore keys = KeyStore.getInstance("PKCS12");
		try (FileInputStream in = new FileInputStream(args[0])) {
			keys.load(in, args[1].toCharArray());
		}
		KeyManagerFactory managers = KeyManagerFactory.getInstance("SunX509");
		managers.init(keys, args[1].toCharArray());
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(managers.getKeyManagers(), null, null);
		for (int i = 2; i < args.length; i++) {
			String[] what = args[i].split(",");
			try {
				SSLServerSocket server = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(443, 8, InetAddress.getByName(what[0]));
				server.setEnabledProtocols(new String[] { what[1] });
				server.setEnabledCipherSuites(new String[] { what[2] });
				new Thread(() -> serve(server)).start();
			} catch (Exception e) {
				System.err.println("not served " + what[0] + ": " + e.getMessage());
			}
		}
	}
}
