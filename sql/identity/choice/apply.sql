-- What was chosen stays chosen when the code is loaded anew.
select identity.use_identity();
