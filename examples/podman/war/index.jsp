<%-- SPDX-License-Identifier: Apache-2.0 --%>
<%-- Adds one to n, which proves that this page is executed and not only served. --%>
<%= request.getParameter("n") %> and one is <%= Integer.parseInt(request.getParameter("n")) + 1 %>
